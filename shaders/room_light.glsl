// Light that falls on a point. Unit: what a white surface would give back (irradiance / π).

uniform vec4 window_place[2];   // x: wall id; y: metres right of the wall's middle; z: height of its middle
uniform vec2 window_half[2];
uniform vec3 sky_light;         // radiance of a window seen looking up, and down
uniform vec3 ground_light;
uniform vec3 sun_direction;     // toward the sun
uniform vec3 sun_light;
uniform vec4 sun_patch;         // middle of the lit patch on floor or wall; w: its area
uniform vec3 sun_patch_normal;
uniform vec3 sun_patch_light;   // radiance that it gives back
uniform vec3 lamp_place[2];
uniform vec3 lamp_light[2];
uniform vec3 ambient;

#ifdef FURNISHED
uniform vec2 window_row[2];     // of equal windows side by side: how many, and metres from one to the next
#endif

vec3 on_wall(int id, vec2 u) {
    if (id == 1) return vec3(u.x, u.y, 0.5 * room.z);
    if (id == 2) return vec3(0.5 * room.x, u.y, -u.x);
    if (id == 3) return vec3(-u.x, u.y, -0.5 * room.z);
    return vec3(-0.5 * room.x, u.y, u.x);
}

vec3 inward(int id) { return id == 1 ? vec3(0, 0, -1) : id == 2 ? vec3(-1, 0, 0) : id == 3 ? vec3(0, 0, 1) : vec3(1, 0, 0); }

#ifdef FURNISHED
// Half width of a row, from the left end of its first window to the right end of its last.
float row_half(int w) { return 0.5 * (window_row[w].x - 1.0) * window_row[w].y + window_half[w].x; }

// Metres right of the row's middle → right of the middle of the nearest window.
float in_window(int w, float x) {
    float first = 0.5 * (window_row[w].x - 1.0) * window_row[w].y;
    return x + first - window_row[w].y * clamp(floor((x + first) / window_row[w].y + 0.5), 0.0, window_row[w].x - 1.0);
}

// A point of the row's panes for s in the unit square.
vec2 window_point(int w, vec2 s) {
    float at = s.x * window_row[w].x, i = floor(at);
    float x = (i - 0.5 * (window_row[w].x - 1.0)) * window_row[w].y + (2.0 * (at - i) - 1.0) * window_half[w].x;
    return window_place[w].yz + vec2(x, (2.0 * s.y - 1.0) * window_half[w].y);
}
#endif

float edge_term(vec3 a, vec3 b, vec3 n) {
    vec3 c = cross(a, b);
    float s = length(c);
    return atan(s, dot(a, b)) * dot(c, n) / max(s, 1e-6);
}

// Share of the cosine-weighted hemisphere that window w fills (Lambert's formula), with no regard to obstacles.
float window_share(int w, vec3 p, vec3 n) {
    int id = int(window_place[w].x);
    vec2 m = window_place[w].yz, h = window_half[w];
#ifdef FURNISHED
    float panes = h.x * window_row[w].x / row_half(w);
    h.x = row_half(w);
#else
    const float panes = 1.0;
#endif
    vec3 a = normalize(on_wall(id, m + h * vec2(-1, -1)) - p), b = normalize(on_wall(id, m + h * vec2(1, -1)) - p);
    vec3 c = normalize(on_wall(id, m + h) - p), e = normalize(on_wall(id, m + h * vec2(-1, 1)) - p);
    return panes * abs(edge_term(a, b, n) + edge_term(b, c, n) + edge_term(c, e, n) + edge_term(e, a, n)) / (2.0 * PI);
}

// The same, roughly: the window as a disc.
float rough_share(vec3 q, vec3 towards, float area, vec3 p, vec3 n) {
    vec3 d = q - p;
    float r2 = dot(d, d), inv = inversesqrt(r2);
    return area * max(dot(n, d) * inv, 0.0) * max(-dot(towards, d) * inv, 0.0) / (PI * r2 + area);
}

vec3 window_radiance(vec3 d) { return mix(ground_light, sky_light, smoothstep(-0.6, 0.6, d.y)); }

// How far inside the panes of window w the sun's ray through p passes, 0…1 with a soft edge.
float sun_through(int w, vec3 p) {
    int id = int(window_place[w].x);
    vec3 n = inward(id);
    float facing = -dot(n, sun_direction);
    if (facing < 0.02 || id == 0) return 0.0;
    float t = dot(p - on_wall(id, vec2(0)), n) / facing;
#ifdef FURNISHED
    vec2 u = wall_point(id, p + sun_direction * t) - window_place[w].yz;
    u.x = in_window(w, u.x);
    vec2 e = window_half[w] - 0.04 - abs(u);
#else
    vec2 u = wall_point(id, p + sun_direction * t) - window_place[w].yz, e = window_half[w] - 0.04 - abs(u);
#endif
    float soft = 0.015 + 0.018 * t;
    float pane = smoothstep(-soft, soft, e.x) * smoothstep(-soft, soft, e.y);
    return pane * (1.0 - 0.75 * (1.0 - smoothstep(0.0, 0.02 + soft, abs(u.x))));
}

// Light on a surface that a bounce reaches: no shadows, no sun patch (that is a light of its own).
vec3 rough_light(vec3 p, vec3 n) {
    vec3 sum = ambient;
    for (int w = 0; w < 2; w++) {
        int id = int(window_place[w].x);
        vec3 q = on_wall(id, window_place[w].yz);
        vec2 h = window_half[w];
#ifdef FURNISHED
        h.x *= window_row[w].x;
#endif
        sum += window_radiance(normalize(q - p)) * rough_share(q, inward(id), 4.0 * h.x * h.y, p, n);
        vec3 d = lamp_place[w] - p;
        float r2 = dot(d, d);
        sum += lamp_light[w] * max(dot(n, d) * inversesqrt(r2), 0.0) / (r2 + 0.5);
    }
    return sum;
}

vec2 hammersley(int i) {  // 64 points
    int r = ((i & 1) << 5) | ((i & 2) << 3) | ((i & 4) << 1) | ((i & 8) >> 1) | ((i & 16) >> 3) | ((i & 32) >> 5);
    return (vec2(float(i), float(r)) + 0.5) / 64.0;
}

// All light at p with normal n. The texels of a pattern (`phase` 0…15) share 64 samples; the filter joins them.
vec3 light_at(vec3 p, vec3 n, int phase) {
    vec3 o = p + n * 4e-3, sum = vec3(0), jitter = vec3(hammersley(phase * 4), fract(float(phase) * 0.618)) - 0.5;
    float through = 0.0;
    for (int w = 0; w < 2; w++) {
        int id = int(window_place[w].x), samples = w == 0 ? 4 : 2;  // the second window is small
#ifdef FURNISHED
        if (id == 0) samples = 0;
#endif
        vec3 tint = vec3(0);
        for (int j = 0; j < samples; j++) {
#ifdef FURNISHED
            vec3 d = on_wall(id, window_point(w, hammersley(w == 0 ? phase + 16 * j : 2 * (phase + 16 * j)))) - o;
#else
            vec3 d = on_wall(id, window_place[w].yz + window_half[w] * (2.0 * hammersley(phase + 16 * j) - 1.0)) - o;
#endif
            float l = length(d);
            d /= l;
            if (!blocked(o, d, l - 0.02)) tint += window_radiance(d) / float(samples);
        }
        if (samples > 0) sum += window_share(w, o, n) * tint;
        vec3 d = lamp_place[w] + 0.14 * jitter - o;
        float r2 = dot(d, d), facing = dot(n, d) * inversesqrt(r2);
        if (facing > 0.0 && !blocked(o, normalize(d), sqrt(r2) - 0.05)) sum += lamp_light[w] * facing / (r2 + 0.15);
        through += sun_through(w, o);
    }
    float facing = max(dot(n, sun_direction), 0.0);
    if (through * facing > 0.0 && !blocked(o, normalize(sun_direction + 0.03 * vec3(jitter.xy, 0.0)), 9.0)) sum += through * facing * sun_light;
    vec3 t = normalize(abs(n.y) < 0.9 ? cross(n, vec3(0, 1, 0)) : cross(n, vec3(1, 0, 0))), b = cross(n, t);
    for (int j = 0; j < 4; j++) {
        vec2 s = hammersley(phase * 4 + j);
        float r = sqrt(s.x), a = 2.0 * PI * (s.y + 0.25 * float(j));
        vec3 d = t * (r * cos(a)) + b * (r * sin(a)) + n * sqrt(1.0 - s.x) + 1e-5;
        Hit g = trace(o, d);
        sum += 0.25 * plain_colour(g.id) * rough_light(o + d * g.t, g.n) * (g.id >= 10 ? 0.7 : 1.0);
    }
    return sum + sun_patch_light * rough_share(sun_patch.xyz, sun_patch_normal, sun_patch.w, o, n);
}
