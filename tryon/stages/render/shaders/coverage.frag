#version 330 core
// One channel an owner: an opaque surface takes the pixel, a clear one joins in (MAX blending).
#include surface.glsl

void main() {
#ifdef HOLES
    if (base().a < surface.w) discard;
#endif
    fragment = channel * emissive.a;
}
