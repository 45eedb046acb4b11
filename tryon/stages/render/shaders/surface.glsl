// What every fragment shader needs to know of the surface: blocks, varyings, colour and holes.

layout(std140, row_major) uniform PerFrame {
    mat4 clip_from_cam;
    vec4 ambient[4];
    vec4 reflection;
};
layout(std140, row_major) uniform PerDraw {
    mat4 cam_from_mesh;
    mat4 cam_from_normal;
    vec4 base_color;
    vec4 emissive;
    vec4 sheen;
    vec4 surface;
    vec4 channel;
};

in vec3 v_position;
in vec3 v_normal;
in float v_open;
#ifdef UV_SLOT
in vec2 v_uv;
#endif
#ifdef TINT_SLOT
in vec4 v_tint;
#endif
#ifdef BASE_MAP
uniform sampler2D base_map;
#endif
#ifdef NORMAL_MAP
uniform sampler2D normal_map;
#endif
#ifdef ROUGHNESS_MAP
uniform sampler2D roughness_map;
#endif

out vec4 fragment;

vec4 base() {
    vec4 color = base_color;
#ifdef TINT_SLOT
    color *= v_tint;
#endif
#ifdef BASE_MAP
    color *= texture(base_map, v_uv);
#endif
    return color;
}
