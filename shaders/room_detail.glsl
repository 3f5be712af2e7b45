// Fine patterns on surfaces: grain, weave, strokes. Every octave fades out where the distance between samples comes near its
// wavelength, so that nothing shimmers, and has mean 0, so that no colour changes with the picture's size.

vec3 foot_x, foot_y;  // how far p moves on the surface from one sample to the next, to the right and down, in metres

// Sets the above at hit h of ray d, where `right` and `down` lead to the next samples' rays.
void spread(vec3 d, Hit h, vec3 right, vec3 down) {
    float facing = dot(h.n, d);
    facing = facing > 0.0 ? max(facing, 0.02) : min(facing, -0.02);
    foot_x = h.t * (right - d * (dot(h.n, right) / facing));
    foot_y = h.t * (down - d * (dot(h.n, down) / facing));
}

// Distance between samples along a direction of the surface.
float span(vec3 axis) { return length(vec2(dot(foot_x, axis), dot(foot_y, axis))); }

float lattice(ivec2 p) {  // −1 … 1
    uint h = uint(p.x) * 1597334673u ^ uint(p.y) * 3812015801u;
    h = (h ^ (h >> 15)) * 2246822519u;
    return float((h ^ (h >> 13)) & 0xffffu) / 32767.5 - 1.0;
}

float noise(vec2 p) {
    vec2 i = floor(p), f = p - i, s = f * f * (3.0 - 2.0 * f);
    ivec2 c = ivec2(i);
    float top = mix(lattice(c), lattice(c + ivec2(1, 0)), s.x);
    return mix(top, mix(lattice(c + ivec2(0, 1)), lattice(c + ivec2(1, 1)), s.x), s.y);
}

// 1 where a wave of this many samples a cycle or more is shown, 0 below two.
float kept(float cycles_per_sample) { return 1.0 - smoothstep(0.2, 0.5, cycles_per_sample); }

// A pattern at u, with samples `gap` apart: noise of so many cells a metre along each axis (later octaves are finer), and
// threads: a product of waves of so many a metre, bent by the noise.
struct Detail { vec2 u, gap, cells; float grain; vec2 threads; float weave, bend; };

float detail(Detail a) {
    vec2 p = a.u * a.cells, w = a.gap * a.cells;
    float sum = 0.0, bend = 0.0, amount = 0.5 * a.grain;
    for (int octave = 0; octave < 4; octave++) {
        float value = noise(p);
        if (octave == 0) bend = a.bend * value;
        sum += amount * value * kept(0.5 * max(w.x, w.y));
        p = p * 2.7 + 17.3;
        w *= 2.7;
        amount *= 0.8;
    }
    vec2 wave = cos(2.0 * PI * a.u * a.threads + vec2(0.0, bend)), cycles = a.gap * a.threads;
    return sum + a.weave * wave.x * wave.y * kept(max(cycles.x, cycles.y));
}

// Share of a sample of width `gap` at distance x from a line's middle that the line covers.
float line(float x, float half_width, float gap) {
    float w = max(gap, 1e-4);
    return clamp((min(x + 0.5 * w, half_width) - max(x - 0.5 * w, -half_width)) / w, 0.0, 1.0);
}
