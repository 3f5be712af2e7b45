"""What the shader is told of a look: a view through its lens, a headset's eye through its frustum, the whole sphere."""

from viewer.camera.camera import View
from viewer.camera.head import Eye
from viewer.camera.sphere import Sphere
from viewer.camera.view_projection import VIEW_PROJECTIONS, half_width

__all__ = ["Picture", "look_definition", "look_uniforms"]

Picture = View | Eye | Sphere


def look_definition(look: Picture) -> str:
    """How shaders/view.frag finds the direction under a pixel, as the definition that it wants."""
    if isinstance(look, View):
        return f"LENS {VIEW_PROJECTIONS.index(look.lens)}"
    return "FRUSTUM" if isinstance(look, Eye) else "SPHERE"


def look_uniforms(look: Picture) -> dict[str, object]:
    """Names and values."""
    if isinstance(look, Eye):
        return {"frustum": look.frustum, "turn": look.turn}
    if isinstance(look, Sphere):
        return {}
    values: dict[str, object] = {
        "lens_now": VIEW_PROJECTIONS.index(look.lens),
        "lens_before": VIEW_PROJECTIONS.index(look.former),
        "lens_mix": look.mix,
        "pitch": look.pitch_rad,
    }
    for name, lens in (("half_size", look.lens), ("former_half_size", look.former)):
        half = half_width(lens, look.fov_rad)
        values[name] = (half, half / look.aspect)
    return values
