// The scene, its rays and what they hit. Included by the room_*.frag programs.
//
// World: X right, Y up, Z forward (yaw 0 looks along +Z, yaw π/2 along +X), metres, floor at y = 0, room centred on x = z = 0.
// Targets: gl_FragCoord.y grows in memory order, and row 0 in memory is the picture's TOP row, so no flip is needed on read.
// Surfaces (`id`): 0 shown as it is (outside, lamps); 1 front +Z, 2 right +X, 3 back −Z, 4 left −X, 5 floor, 6 ceiling;
// 10 + k is primitive k.

#define MAX_PRIMITIVES 80
#define MAX_GROUPS 16
#define PI 3.14159265

uniform vec3 room;                        // width (x), height (y), depth (z)
uniform vec3 camera;
uniform float camera_yaw;
uniform float handedness;                  // −1: the world mirrored left to right, 1: as it is
uniform int face;                         // −1: Mercator cylinder; 0…5: sky box faces up, front, right, back, left, down
uniform int group_count;
uniform vec4 group_centre[MAX_GROUPS];    // bounding box; w: first primitive
uniform vec4 group_half[MAX_GROUPS];      // w: one past the last primitive
uniform vec4 primitive_centre[MAX_PRIMITIVES];  // w: shape: 0 box, 1 ellipsoid, 2 upright cylinder
uniform vec4 primitive_half[MAX_PRIMITIVES];    // w: radius of the rounded edge (shading only)
uniform vec4 primitive_colour[MAX_PRIMITIVES];  // w: material
uniform vec3 wall_colour;
uniform vec3 accent_colour;
uniform vec3 floor_colour;

struct Hit { float t; vec3 n; int id; };

// uv: (0, 0) top left … (1, 1) bottom right of the picture; u0 is the yaw of u = 0.
vec3 ray(vec2 uv, float u0, float half_ordinate) {
    vec2 s = uv * 2.0 - 1.0;
    vec3 d;
    if (face < 0) {
        float yaw = uv.x * 2.0 * PI + u0;
        float pitch = 2.0 * atan(exp(-s.y * half_ordinate)) - 0.5 * PI;
        d = vec3(sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch));
    }
    else if (face == 0) d = vec3(s.x, 1.0, s.y);
    else if (face == 1) d = vec3(s.x, -s.y, 1.0);
    else if (face == 2) d = vec3(1.0, -s.y, -s.x);
    else if (face == 3) d = vec3(-s.x, -s.y, -1.0);
    else if (face == 4) d = vec3(-1.0, -s.y, s.x);
    else d = vec3(s.x, -1.0, -s.y);
    float c = cos(camera_yaw), k = sin(camera_yaw);
    d = vec3(c * d.x + k * d.z, d.y, c * d.z - k * d.x);
    if (handedness < 0.0) d.x = -d.x;
    return normalize(d + vec3(1.3e-5, 1.7e-5, 1.1e-5));  // off the axes: a zero component would divide by zero
}

Hit hit_room(vec3 o, vec3 d) {
    vec3 lo = vec3(-0.5 * room.x, 0.0, -0.5 * room.z), hi = vec3(0.5 * room.x, room.y, 0.5 * room.z);
    vec3 t = max((lo - o) / d, (hi - o) / d);
    if (t.y < t.x && t.y < t.z) return Hit(t.y, vec3(0, -sign(d.y), 0), d.y > 0.0 ? 6 : 5);
    if (t.x < t.z) return Hit(t.x, vec3(-sign(d.x), 0, 0), d.x > 0.0 ? 2 : 4);
    return Hit(t.z, vec3(0, 0, -sign(d.z)), d.z > 0.0 ? 1 : 3);
}

// Nearest positive distance to primitive k, or a huge number.
float hit_primitive(int k, vec3 o, vec3 d) {
    vec3 p = o - primitive_centre[k].xyz, h = primitive_half[k].xyz;
    float shape = primitive_centre[k].w;
    if (shape < 0.5) {
        vec3 m = -p / d, a = abs(h / d), lo = m - a, hi = m + a;
        float near = max(max(lo.x, lo.y), lo.z), far = min(min(hi.x, hi.y), hi.z);
        return near < far && near > 1e-3 ? near : 1e9;
    }
    if (shape < 1.5) {
        vec3 q = p / h, e = d / h;
        float a = dot(e, e), b = dot(q, e), disc = b * b - a * (dot(q, q) - 1.0);
        float t = disc > 0.0 ? (-b - sqrt(disc)) / a : -1.0;
        return t > 1e-3 ? t : 1e9;
    }
    vec2 q = p.xz / h.xz, e = d.xz / h.xz;
    float a = dot(e, e), b = dot(q, e), disc = b * b - a * (dot(q, q) - 1.0);
    if (disc <= 0.0) return 1e9;
    float root = sqrt(disc), slab = abs(h.y / d.y), middle = -p.y / d.y;
    float near = max((-b - root) / a, middle - slab), far = min((-b + root) / a, middle + slab);
    return near < far && near > 1e-3 ? near : 1e9;
}

vec3 normal_of(int k, vec3 p) {
    vec3 q = p - primitive_centre[k].xyz, h = primitive_half[k].xyz;
    float shape = primitive_centre[k].w, r = primitive_half[k].w;
    if (shape < 0.5) return normalize(sign(q) * max(abs(q) - h + r, vec3(1e-5)));  // a rounded box's normal
    if (shape < 1.5) return normalize(q / (h * h));
    vec2 radial = q.xz / (h.xz * h.xz);
    vec2 m = max(vec2((length(q.xz / h.xz) - 1.0) * h.x, abs(q.y) - h.y) + r, vec2(1e-5));
    return normalize(vec3(normalize(radial) * m.x, sign(q.y) * m.y).xzy);
}

bool misses(int g, vec3 o, vec3 d, float limit) {
    vec3 m = (group_centre[g].xyz - o) / d, a = abs(group_half[g].xyz / d), lo = m - a, hi = m + a;
    float near = max(max(lo.x, lo.y), lo.z), far = min(min(hi.x, hi.y), hi.z);
    return near >= far || far < 0.0 || near > limit;
}

Hit trace(vec3 o, vec3 d) {
    Hit h = hit_room(o, d);
    for (int g = 0; g < group_count; g++) {
        if (misses(g, o, d, h.t)) continue;
        for (int k = int(group_centre[g].w); k < int(group_half[g].w); k++) {
            float t = hit_primitive(k, o, d);
            if (t < h.t) { h.t = t; h.id = 10 + k; }
        }
    }
    if (h.id >= 10) h.n = normal_of(h.id - 10, o + d * h.t);
    return h;
}

// Whether something other than a lamp stands between o and o + d·limit.
bool blocked(vec3 o, vec3 d, float limit) {
    for (int g = 0; g < group_count; g++) {
        if (misses(g, o, d, limit)) continue;
        for (int k = int(group_centre[g].w); k < int(group_half[g].w); k++)
            if (primitive_colour[k].w != 4.0 && hit_primitive(k, o, d) < limit) return true;
    }
    return false;
}

// On a wall: metres to the right of its middle as seen from inside, and height.
vec2 wall_point(int id, vec3 p) {
    if (id == 1) return p.xy;
    if (id == 2) return vec2(-p.z, p.y);
    if (id == 3) return vec2(-p.x, p.y);
    return p.zy;
}

vec3 plain_colour(int id) {
    if (id >= 10) return primitive_colour[id - 10].rgb;
    if (id == 5) return floor_colour;
    if (id == 6) return vec3(0.88, 0.87, 0.85);
    return id == 3 ? accent_colour : wall_colour;
}
