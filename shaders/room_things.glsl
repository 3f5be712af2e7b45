// Colours of what rooms of every family have: the view outside, books, leaves. Needs room_scene.glsl and room_detail.glsl.

uniform vec3 sky_colour;      // as shown, linear
uniform vec3 horizon_colour;
uniform vec3 lamp_shown;

float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }

// Heights of the far hills and of the near meadow in direction d, as tangents of their pitch.
vec2 horizon(vec3 d) {
    float yaw = atan(d.x, d.z);
    return vec2(0.07 + 0.035 * sin(yaw * 5.0 + 1.0) + 0.02 * sin(yaw * 11.0), -0.03 + 0.03 * sin(yaw * 7.0 + 3.0) + 0.02 * sin(yaw * 17.0));
}

// What lies outside a window in direction d, as shown: soft sky, hills and meadow.
vec3 outside(vec3 d) {
    float e = d.y / length(d.xz);
    vec2 land = horizon(d);
    vec3 c = mix(horizon_colour, sky_colour, smoothstep(0.0, 0.5, e));
    c = mix(c, mix(horizon_colour, vec3(0.32, 0.46, 0.42), 0.6), smoothstep(0.012, -0.012, e - land.x));
    vec3 meadow = mix(vec3(0.36, 0.52, 0.22), vec3(0.52, 0.62, 0.34), smoothstep(-0.6, 0.0, e));
    return mix(c, meadow * (0.35 + 0.75 * horizon_colour), smoothstep(0.015, -0.015, e - land.y));
}

// The back of a book: x metres from its middle, y of its height in metres; k chooses; samples are `gap` apart.
// Bands, and a title in small strokes.
vec3 book_back(vec3 c, float x, float y, float height, float k, float gap) {
    vec3 print = fract(k * 7.0) > 0.4 ? vec3(0.75, 0.62, 0.32) : vec3(0.80, 0.78, 0.72);
    float bands = line(y - 0.022, 0.0025, gap) + line(y - height + 0.024, 0.0025, gap) + line(y - height + 0.034, 0.0012, gap);
    ivec2 letter = ivec2(floor(y / 0.009), int(k * 4096.0));
    float inside = step(0.28 * height, y) * step(y, (0.55 + 0.2 * k) * height) * line(x, 0.008, gap);
    float stroke = lattice(letter) > -0.5 ? line((fract(y / 0.009) - 0.5) * 0.009, 0.003, gap) : 0.0;
    float shape = mix(1.0, line(x - 0.004 * lattice(letter + ivec2(0, 9)), 0.004, gap), kept(gap / 0.012));
    float title = inside * mix(0.33, stroke * shape, kept(gap / 0.012));
    return mix(c * (1.06 - 170.0 * x * x), print, clamp(0.8 * (bands + title), 0.0, 0.8));
}

// Leaves that overlap like tiles on a tuft, in rows of as many as fit, each with a midrib and veins; mean about 1.
float leaves(vec3 q, vec3 h) {
    float angle = atan(q.z, q.x) / (2.0 * PI), up = asin(clamp(q.y / h.y, -1.0, 1.0));
    float gap = max(length(foot_x), length(foot_y)), shade = 0.5;
    for (int layer = 0; layer < 3; layer++) {  // each lies over those before
        float y = up * h.y / 0.06 + float(layer) / 3.0, row = floor(y), high = y - row;
        float round_trip = max(3.0, floor(2.0 * PI * h.x * cos((row + 0.5 - float(layer) / 3.0) * 0.06 / h.y) / 0.055));
        float x = (angle + 0.37 * float(layer)) * round_trip + 0.31 * row, column = floor(x);
        ivec2 cell = ivec2(int(mod(column, round_trip)), int(row) * 3 + layer);
        float tilt = 0.5 * lattice(cell), across = (x - column - 0.5 + tilt * (high - 0.5)) * 1.1, away = abs(across);
        float wide = 0.50 * sin(PI * pow(clamp(1.0 - high, 0.0, 1.0), 0.7));
        float veins = cos(2.0 * PI * (high + 0.8 * away) * 6.0) * kept(6.0 * gap / 0.06);
        float leaf = 0.86 + 0.24 * lattice(cell + 40) + 0.35 * high + 0.07 * veins + 0.35 * line(across * 0.055, 0.001, gap);
        float edge = clamp((wide - away) * 0.055 / max(gap, 2e-3), 0.0, 1.0);
        shade = mix(shade * mix(1.0, 0.75, edge), leaf - 0.3 * away, edge);
    }
    return mix(1.0, shade, kept(0.6 * gap / 0.055));
}

// Coordinates in metres on a solid whose middle lies at p − q: the first along its longer side, the second across.
void lie(vec3 q, vec3 h, vec3 n, float offset, inout Detail a) {
    vec3 m = abs(n), first = m.y > max(m.x, m.z) || m.z > m.x ? vec3(1, 0, 0) : vec3(0, 0, 1);
    vec3 second = m.y > max(m.x, m.z) ? vec3(0, 0, 1) : vec3(0, 1, 0);
    bool turn = dot(h, first) < dot(h, second);
    vec3 along = turn ? second : first, across = turn ? first : second;
    a.u = vec2(dot(q, along), dot(q, across)) + offset;
    a.gap = vec2(span(along), span(across));
}
