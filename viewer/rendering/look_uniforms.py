"""What the shader is told of a look: a window's view through its lens, or an eye of a headset through its frustum."""

from viewer.camera.camera import View
from viewer.camera.head import Eye
from viewer.camera.view_projection import VIEW_PROJECTIONS, half_width

__all__ = ["Picture", "look_definition", "look_uniforms"]

Picture = View | Eye


def look_definition(look: Picture) -> str:
    """How shaders/view.frag finds the direction under a pixel, as the definition that it wants."""
    return "FRUSTUM" if isinstance(look, Eye) else f"LENS {VIEW_PROJECTIONS.index(look.lens)}"


def look_uniforms(look: Picture) -> dict[str, object]:
    """Names and values."""
    if isinstance(look, Eye):
        return {"frustum": look.frustum, "turn": look.turn}
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
