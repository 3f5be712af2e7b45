#version 330
// One triangle that covers the viewport; device coordinates run −1…1 right and up.
out vec2 device;
void main() {
    device = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0;
    gl_Position = vec4(device, 0.0, 1.0);
}
