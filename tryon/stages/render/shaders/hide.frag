#version 330 core
// An occluder leaves the picture as it is; a catcher darkens it where it is not open.
#include surface.glsl

void main() {
    fragment = vec4(0.0, 0.0, 0.0, channel.a * emissive.a * (1.0 - v_open));
}
