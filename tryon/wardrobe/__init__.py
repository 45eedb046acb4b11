"""What can be worn: the catalogue, its meshes, and the base body that they are made for."""
