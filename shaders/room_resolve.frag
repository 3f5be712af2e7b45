#version 330
// Last pass: fetches light for every sample from the light texels around it that lie on the same surface, tone-maps the
// sample, and averages samples to pixels. Where no light texel fits (thin things), light is worked out on the spot.
#include "room_scene.glsl"
#include "room_light.glsl"
uniform sampler2D colour;
uniform sampler2D guide;
uniform sampler2D light;
uniform sampler2D light_guide;
uniform int side;             // samples per pixel along each axis
uniform bool wraps;
uniform float exposure;
uniform vec2 size_px;         // of the picture
uniform float u0;
uniform float half_ordinate;
out vec4 out_colour;

vec3 light_for(vec2 uv, float id, vec4 mine) {
    ivec2 size = textureSize(light, 0);
    vec2 at = uv * vec2(size) - 0.5, f = fract(at);
    ivec2 x = ivec2(floor(at));
    vec4 sum = vec4(0);
    for (int j = -1; j < 3; j++) for (int i = -1; i < 3; i++) {
        ivec2 y = x + ivec2(i, j);
        if (wraps) y.x = (y.x + size.x) % size.x;
        y = clamp(y, ivec2(0), size - 1);
        vec4 l = texelFetch(light, y, 0);
        if (l.w != id) continue;
        float alike = dot(mine.xyz, texelFetch(light_guide, y, 0).xyz);
        if (alike < 0.6) continue;
        vec2 w = max(1.0 - abs(vec2(i, j) - f) / 1.5, 0.004);  // a tent of three texels, and a last resort beyond
        float weight = w.x * w.y * alike * alike * alike * alike;
        sum += vec4(l.rgb, 1.0) * weight;
    }
    if (sum.w > 0.0) return sum.rgb / sum.w;
    vec3 p = camera + ray(uv, u0, half_ordinate) * mine.w;
    return light_at(p, mine.xyz, 5);
}

vec3 shoulder(vec3 x) { return mix(x, 1.0 - 0.4 * exp((0.6 - x) / 0.4), step(0.6, x)); }

void main() {
    ivec2 x = ivec2(gl_FragCoord.xy) * side;
    vec3 sum = vec3(0);
    for (int j = 0; j < side; j++) for (int i = 0; i < side; i++) {
        ivec2 y = x + ivec2(i, j);
        vec4 c = texelFetch(colour, y, 0);
        if (c.w > 0.0) {
            vec2 uv = (vec2(y) + 0.5) / (size_px * float(side));
            c.rgb = shoulder(c.rgb * light_for(uv, c.w, texelFetch(guide, y, 0)) * exposure);
        }
        sum += clamp(c.rgb, 0.0, 1.0);
    }
    out_colour = vec4(pow(sum / float(side * side), vec3(1.0 / 2.2)), 1.0);
}
