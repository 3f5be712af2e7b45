#version 330
// Last pass: several samples a pixel. Each has a colour and fetches its light from the light texels around it that lie on the
// same surface; it is tone-mapped, and the samples are averaged. Where no light texel fits (thin things), light is worked out
// on the spot, once a pixel.
#include "room_scene.glsl"
#include "room_light.glsl"
#include "room_detail.glsl"
#include "room_things.glsl"
#ifdef FURNISHED
#include "furnished_surface.glsl"
#else
#include "room_surface.glsl"
#endif
uniform sampler2D light;
uniform sampler2D light_guide;
#define LIGHT_MARGIN 5        // light texels beyond the picture on every side
uniform vec2 light_texel;     // size of a light texel on the plane
uniform ivec2 light_first;    // the light's first texel, as `first`
uniform int light_columns;    // as `columns`
uniform int side;             // samples per pixel along each axis
uniform float exposure;
out vec4 out_colour;

// Light at a point of the plane on surface `id` with normal n, times the share w in which light texels fit.
vec4 light_around(vec2 s, float id, vec3 n) {
    vec2 at = (s - origin) / light_texel - 0.5, f = fract(at);
    ivec2 x = ivec2(floor(at)) - light_first;
    if (light_columns > 0) x.x = (x.x - LIGHT_MARGIN + 2 * light_columns) % light_columns + LIGHT_MARGIN;
    float alike_least = light_texel.x < 0.02 ? 0.8 : 0.7;  // large texels see little of a round thing
    vec4 sum = vec4(0);
    for (int j = 0; j < 2; j++) for (int i = 0; i < 2; i++) {
        ivec2 y = x + ivec2(i, j);
        vec4 l = texelFetch(light, y, 0);
        float alike = l.w == id ? smoothstep(alike_least, 1.0, dot(n, texelFetch(light_guide, y, 0).xyz)) : 0.0;
        vec2 w = 1.0 - abs(vec2(i, j) - f);
        sum += vec4(l.rgb, 1.0) * (w.x * w.y * alike);
    }
    return sum;
}

vec3 shoulder(vec3 x) { return mix(x, 1.0 - 0.4 * exp((0.6 - x) / 0.4), step(0.6, x)); }

vec3 toned(vec3 x) { return clamp(shoulder(x * exposure), 0.0, 1.0); }

// Sample (i, j) of a pixel: each has a row and a column of its own, so that near-level and upright edges get as many steps
// as there are samples.
vec2 sample_place(int i, int j) { return (vec2(i, j) + (vec2(j, side - 1 - i) + 0.5) / float(side)) / float(side); }

void main() {
    vec2 corner = vec2(whole_pixel());
    vec3 sum = vec3(0), dark = vec3(0), p, n;
    float unlit = 0.0;
    vec2 middle = origin + texel * (corner + 0.5);
    vec3 ahead = ray(middle), right = ray(middle + vec2(texel.x, 0.0)) - ahead, down = ray(middle + vec2(0.0, texel.y)) - ahead;
    for (int j = 0; j < side; j++) for (int i = 0; i < side; i++) {
        vec2 at = sample_place(i, j), s = origin + texel * (corner + at);
        vec3 d = normalize(ahead + (at.x - 0.5) * right + (at.y - 0.5) * down), c;
        Hit h = trace(camera, d);
        vec3 q = camera + d * h.t;
        spread(d, h, right / float(side), down / float(side));
        float direct = 1.0;
#ifdef FURNISHED
        for (int once = 0; once < int(reflects(h, q)); once++) {  // a loop, as below
            vec3 m = h.n;
            d = reflect(d, m);
            float before = h.t;
            h = trace(q + m * 1e-3, d);
            q += m * 1e-3 + d * h.t;
            h.t += before;
            spread(d, h, reflect(right, m) / float(side), reflect(down, m) / float(side));
            direct = 0.0;
        }
#endif
        if (colour_at(h, q, d, c)) {
            sum += clamp(c, 0.0, 1.0);
            continue;
        }
        vec4 l = direct * light_around(s, float(h.id), h.n);
        float fits = smoothstep(0.0, 0.2, l.w);
        sum += fits * toned(c * l.rgb / max(l.w, 1e-6));
        if (fits < 1.0) {
            unlit += 1.0 - fits;
            dark += (1.0 - fits) * c;
            p = q;
            n = h.n;
        }
    }
    // A loop, because software OpenGL works out both sides of an `if` but ends a loop that no pixel needs.
    for (int once = 0; once < int(ceil(min(unlit, 1.0))); once++) sum += unlit * toned(dark / unlit * light_at(p, n, 5));
    out_colour = vec4(pow(sum / float(side * side), vec3(1.0 / 2.2)), 1.0);
}
