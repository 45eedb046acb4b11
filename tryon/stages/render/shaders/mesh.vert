#version 330 core
// Carries one mesh into `cam`. Attributes lie as pyrender's Primitive packs them.

layout(location = 0) in vec3 position;
layout(location = 1) in vec3 scaled_normal;  // its length carries the openness: 0.5 shut, 1 open
#ifdef UV_SLOT
layout(location = UV_SLOT) in vec2 uv;
#endif
#ifdef TINT_SLOT
layout(location = TINT_SLOT) in vec4 tint;
#endif

layout(std140, row_major) uniform PerFrame {
    mat4 clip_from_cam;
    vec4 ambient[4];
    vec4 reflection;
};
layout(std140, row_major) uniform PerDraw {
    mat4 cam_from_mesh;
    mat4 cam_from_normal;
    vec4 base_color;
    vec4 emissive;     // a: opacity
    vec4 sheen;        // a: reflectance
    vec4 surface;      // metallic, roughness, depth bias in metres, alpha below which is discarded
    vec4 channel;      // coverage: one channel an owner
};

out vec3 v_position;
out vec3 v_normal;
out float v_open;
#ifdef UV_SLOT
out vec2 v_uv;
#endif
#ifdef TINT_SLOT
out vec4 v_tint;
#endif

void main() {
    vec4 at = cam_from_mesh * vec4(position, 1.0);
    v_position = at.xyz;
    float size = length(scaled_normal);
    v_normal = mat3(cam_from_normal) * (scaled_normal / max(size, 1e-6));
    v_open = clamp(size * 2.0 - 1.0, 0.0, 1.0);
#ifdef UV_SLOT
    v_uv = uv;
#endif
#ifdef TINT_SLOT
    v_tint = tint;
#endif
    gl_Position = clip_from_cam * at;
    // The bias moves the depth alone, so the picture does not shift.
    vec4 nearer = clip_from_cam * vec4(at.xy, at.z + surface.z, 1.0);
    if (surface.z != 0.0 && nearer.w > 0.0) gl_Position.z = nearer.z / nearer.w * gl_Position.w;
}
