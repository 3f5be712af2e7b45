// The scene, its rays and what they hit. Included by the room_*.frag programs.
//
// World: X right, Y up, Z forward (yaw 0 looks along +Z, yaw π/2 along +X), metres, floor at y = 0, room centred on x = z = 0.
// Targets: gl_FragCoord.y grows in memory order, and row 0 in memory is the picture's TOP row, so no flip is needed on read.
// Surfaces (`id`): 0 shown as it is (outside, lamps); 1 front +Z, 2 right +X, 3 back −Z, 4 left −X, 5 floor, 6 ceiling;
// 10 + k is solid k.

// MAX_SOLIDS, and the family of rooms (PLAIN, VARIED or FURNISHED), are defined by data/rooms/renderer.py.
#define PI 3.14159265

uniform vec3 room;                        // width (x), height (y), depth (z)
uniform vec3 camera;
uniform float camera_yaw;
uniform float handedness;                  // −1: the world mirrored left to right, 1: as it is
uniform int plane;                        // 0 Mercator, 1 equirectangular; 2…7: sky box faces up, front, right, back, left, down
uniform vec2 origin;                      // where the top left corner of the whole picture lies on the plane
uniform vec2 texel;                       // size on the plane of one pixel (or light texel)
uniform ivec2 first;                      // the target's first pixel in the whole picture, to the right and down
uniform int columns;                      // of the whole picture, after which it begins anew; 0: it does not wrap
uniform int solid_count;
uniform int opaque_count;                 // lamps come last: they throw no shadows
uniform vec4 solid_centre[MAX_SOLIDS];    // w: shape: 0 box, 1 ellipsoid, 2 upright cylinder, 3 bounding box of those that follow
uniform vec4 solid_half[MAX_SOLIDS];      // w: radius of the rounded edge (shading only); of a bounding box: what follows its own
uniform vec4 solid_colour[MAX_SOLIDS];    // w: material
uniform vec3 wall_colour;
uniform vec3 accent_colour;
uniform vec3 floor_colour;

#ifdef FURNISHED
uniform vec4 roof[2];                     // slopes of the ceiling: below it are the points p with xyz·p ≤ w
uniform int main_wall;                    // the one of accent_colour
#endif

struct Hit { float t; vec3 n; int id; };

// This target's pixel as one of the whole picture, so that every crop computes with the very same numbers.
ivec2 whole_pixel() {
    ivec2 x = ivec2(gl_FragCoord.xy) + first;
    if (columns > 0) x.x = (x.x + columns) % columns;
    return x;
}

// From a point of the plane, x to the right and y down, on which the picture lies: on cylinders yaw and the ordinate of
// pitch in radians; on a sky box −1 … 1. Points beyond the picture's edges are fine: rows go on over a pole.
vec3 ray(vec2 s) {
    vec3 d;
    if (plane < 2) {
        float pitch = plane == 1 ? -s.y : 2.0 * atan(exp(-s.y)) - 0.5 * PI;
        d = vec3(sin(s.x) * cos(pitch), sin(pitch), cos(s.x) * cos(pitch));
    }
    else if (plane == 2) d = vec3(s.x, 1.0, s.y);
    else if (plane == 3) d = vec3(s.x, -s.y, 1.0);
    else if (plane == 4) d = vec3(1.0, -s.y, -s.x);
    else if (plane == 5) d = vec3(-s.x, -s.y, -1.0);
    else if (plane == 6) d = vec3(-1.0, -s.y, s.x);
    else d = vec3(s.x, -1.0, -s.y);
    float c = cos(camera_yaw), k = sin(camera_yaw);
    d = vec3(c * d.x + k * d.z, d.y, c * d.z - k * d.x);
    if (handedness < 0.0) d.x = -d.x;
    return normalize(d + vec3(1.3e-5, 1.7e-5, 1.1e-5));  // off the axes: a zero component would divide by zero
}

Hit hit_room(vec3 o, vec3 d) {
    vec3 lo = vec3(-0.5 * room.x, 0.0, -0.5 * room.z), hi = vec3(0.5 * room.x, room.y, 0.5 * room.z);
    vec3 t = max((lo - o) / d, (hi - o) / d);
#ifdef FURNISHED
    vec2 up = vec2(dot(roof[0].xyz, d), dot(roof[1].xyz, d));
    vec2 slope = (vec2(roof[0].w, roof[1].w) - vec2(dot(roof[0].xyz, o), dot(roof[1].xyz, o))) / up;
    slope = mix(vec2(1e9), slope, greaterThan(up, vec2(0)));
    if (min(slope.x, slope.y) < min(t.x, min(t.y, t.z)))
        return slope.x < slope.y ? Hit(slope.x, -roof[0].xyz, 6) : Hit(slope.y, -roof[1].xyz, 6);
#endif
    if (t.y < t.x && t.y < t.z) return Hit(t.y, vec3(0, -sign(d.y), 0), d.y > 0.0 ? 6 : 5);
    if (t.x < t.z) return Hit(t.x, vec3(-sign(d.x), 0, 0), d.x > 0.0 ? 2 : 4);
    return Hit(t.z, vec3(0, 0, -sign(d.z)), d.z > 0.0 ? 1 : 3);
}

vec3 normal_of(int k, vec3 p) {
    vec3 q = p - solid_centre[k].xyz, h = solid_half[k].xyz;
    float shape = solid_centre[k].w, r = solid_half[k].w;
    if (shape < 0.5) return normalize(sign(q) * max(abs(q) - h + r, vec3(1e-5)));  // a rounded box's normal
    if (shape < 1.5) return normalize(q / (h * h));
    vec2 radial = q.xz / (h.xz * h.xz);
    vec2 m = max(vec2((length(q.xz / h.xz) - 1.0) * h.x, abs(q.y) - h.y) + r, vec2(1e-5));
    return normalize(vec3(normalize(radial) * m.x, sign(q.y) * m.y).xzy);
}

// The nearest of the first `count` solids along o + d·t that is nearer than t: sets t, returns its number or −1. One loop with
// one formula for every shape, since software OpenGL works out all branches of an `if` and each loop at least once.
int nearest(vec3 o, vec3 d, int count, inout float t) {
    vec3 inv = 1.0 / d;
    int found = -1;
    for (int k = 0; k < count;) {
        vec4 c = solid_centre[k], h = solid_half[k];
        vec3 p = o - c.xyz, m = -p * inv, r = abs(h.xyz * inv), lo = m - r, hi = m + r;
        vec3 round = vec3(1.0, c.w == 2.0 ? 0.0 : 1.0, 1.0) / h.xyz, q = p * round, e = d * round;
        float a = 1.0 / dot(e, e), b = -dot(q, e) * a, disc = b * b - (dot(q, q) - 1.0) * a, root = sqrt(max(disc, 0.0));
        bool flat_sides = c.w == 0.0 || c.w == 3.0, upright = c.w == 2.0;
        float near = flat_sides ? max(max(lo.x, lo.y), lo.z) : upright ? max(b - root, lo.y) : b - root;
        float far = flat_sides ? min(min(hi.x, hi.y), hi.z) : upright ? min(b + root, hi.y) : b + root;
        bool hit = near < far && near < t && (flat_sides || disc > 0.0);
        if (c.w == 3.0) k = hit && far > 0.0 ? k + 1 : int(h.w);
        else {
            if (hit && near > 1e-3) { t = near; found = k; }
            k++;
        }
    }
    return found;
}

Hit trace(vec3 o, vec3 d) {
    Hit h = hit_room(o, d);
    int k = nearest(o, d, solid_count, h.t);
    if (k >= 0) {
        h.id = 10 + k;
        h.n = normal_of(k, o + d * h.t);
    }
    return h;
}

// Whether something other than a lamp stands between o and o + d·limit.
bool blocked(vec3 o, vec3 d, float limit) { return nearest(o, d, opaque_count, limit) >= 0; }

// On a wall: metres to the right of its middle as seen from inside, and height.
vec2 wall_point(int id, vec3 p) {
    if (id == 1) return p.xy;
    if (id == 2) return vec2(-p.z, p.y);
    if (id == 3) return vec2(-p.x, p.y);
    return p.zy;
}

vec3 plain_colour(int id) {
    if (id >= 10) return solid_colour[id - 10].rgb;
    if (id == 5) return floor_colour;
    if (id == 6) return vec3(0.88, 0.87, 0.85);
#ifdef FURNISHED
    return id == main_wall ? accent_colour : wall_colour;
#else
    return id == 3 ? accent_colour : wall_colour;
#endif
}
