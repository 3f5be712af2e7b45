#version 330
// A smaller picture over the whole viewport, bilinear.
in vec2 device;
out vec4 colour;
uniform sampler2D small;
void main() { colour = texture(small, 0.5 + 0.5 * device); }
