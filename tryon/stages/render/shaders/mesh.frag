#version 330 core
// Metallic-roughness surface under a prefiltered studio and first-order ambient light.
#include surface.glsl

uniform sampler2D studio;

const float PI = 3.14159265;
const float LAST_LEVEL = 5.0;

// Prefiltered radiance that arrives from a direction in `cam`; longitude 0 looks along +z.
vec3 radiance(vec3 direction, float roughness) {
    vec2 at = vec2(atan(direction.x, direction.z) / (2.0 * PI) + 0.5,
                   acos(clamp(direction.y, -1.0, 1.0)) / PI);
    return textureLod(studio, at, LAST_LEVEL * sqrt(roughness)).rgb;
}

// Scale and offset of F0 by an analytic fit of the split sum (Lazarov 2013, after Karis 2014).
vec2 environment_brdf(float cosine, float roughness) {
    vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a = min(r.x * r.x, exp2(-9.28 * cosine)) * r.x + r.y;
    return vec2(-1.04, 1.04) * a + r.zw;
}

#ifdef NORMAL_MAP
// Cotangent frame from screen-space derivatives (Mikkelsen 2010), so that meshes need no tangents.
vec3 bumped(vec3 normal) {
    vec3 dp_x = dFdx(v_position), dp_y = dFdy(v_position);
    vec2 duv_x = dFdx(v_uv), duv_y = dFdy(v_uv);
    vec3 across_y = cross(dp_y, normal), across_x = cross(normal, dp_x);
    vec3 tangent = across_y * duv_x.x + across_x * duv_y.x;
    vec3 bitangent = across_y * duv_x.y + across_x * duv_y.y;
    float size = max(dot(tangent, tangent), dot(bitangent, bitangent));
    if (size < 1e-24) return normal;
    // dFdy runs down the picture here, which turns the frame's handedness.
    float turn = sign(dot(cross(dp_x, dp_y), normal)) * inversesqrt(size);
    vec3 bump = texture(normal_map, v_uv).xyz * 2.0 - 1.0;
    return normalize(mat3(tangent * turn, bitangent * turn, normal) * bump);
}
#endif

// Identity for midtones, then a shoulder that reaches 1 only at infinity.
vec3 shoulder(vec3 color) {
    const float start = 0.62;
    vec3 over = max(color - start, 0.0) / (1.0 - start);
    return min(color, start) + (1.0 - start) * (1.0 - exp(-over));
}

vec3 coded(vec3 linear) {
    return mix(linear * 12.92, 1.055 * pow(max(linear, 1e-5), vec3(1.0 / 2.4)) - 0.055,
               step(0.0031308, linear));
}

void main() {
    vec4 color = base();
#ifdef HOLES
    // Only where there are any: a shader that may discard is run before the depth test, not after.
    if (color.a < surface.w) discard;
#endif
    vec3 normal = normalize(v_normal);
    vec3 view = normalize(-v_position);
    if (!gl_FrontFacing) normal = -normal;
#ifdef NORMAL_MAP
    normal = bumped(normal);
#endif
    float metallic = surface.x, roughness = surface.y;
#ifdef ROUGHNESS_MAP
    vec3 packed_map = texture(roughness_map, v_uv).rgb;
    roughness *= packed_map.g;
    metallic *= packed_map.b;
#endif
    roughness = clamp(roughness, 0.03, 1.0);
    float cosine = max(dot(normal, view), 0.02);

    vec3 f0 = mix(vec3(sheen.a), color.rgb, metallic);
    float f90 = clamp(50.0 * max(f0.r, max(f0.g, f0.b)), 0.0, 1.0);
    vec2 ab = environment_brdf(cosine, roughness);
    vec3 mirror = f0 * ab.x + f90 * ab.y;
    // Cavities reflect themselves (Lagarde and de Rousiers 2014).
    float open_mirror = clamp(
        pow(cosine + v_open, exp2(-16.0 * roughness - 1.0)) - 1.0 + v_open, 0.0, 1.0);
    vec3 glint = mirror * reflection.rgb * radiance(reflect(-view, normal), roughness) * open_mirror;

    vec3 light = max(ambient[0].rgb + normal.x * ambient[1].rgb + normal.y * ambient[2].rgb
                     + normal.z * ambient[3].rgb, 0.0) * v_open;
    float rim = 1.0 - cosine;
    vec3 diffuse = color.rgb * (1.0 - metallic) * (1.0 - mirror);
    vec3 body = (diffuse + sheen.rgb * (rim * rim * rim)) * light + emissive.rgb;

#ifdef SEE_THROUGH
    // What is reflected also hides what lies behind, so a clear lens keeps its highlights.
    vec3 seen = min(glint, 1.0);
    float gloss = max(seen.r, max(seen.g, seen.b));
    float alpha = color.a + (1.0 - color.a) * gloss;
    vec3 shown = (body * color.a + glint) / max(alpha, 1e-4);
#else
    float alpha = 1.0;
    vec3 shown = body + glint;
#endif
    alpha *= emissive.a;
    fragment = vec4(coded(shoulder(shown)) * alpha, alpha);
}
