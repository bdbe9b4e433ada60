"""Plots of one cell for the command line: a load over time, and an impedance spectrum. SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.report.plots import PALETTE, STYLE, svg_text

AXES = {"voltage_V": "voltage [V]", "current_A": "current [A]", "power_W": "power [W]", "temperature_C": "cell [°C]"}
MARKED = (1000.0, 1.0, 0.001)  # Hz


def profile_plot(curve: Mapping[str, Sequence[float]]) -> str:
    """Voltage, power and temperature over time, one above the other."""
    shown = [name for name in ("voltage_V", "power_W", "temperature_C") if name in curve]
    figure, axes = _panels(len(shown))
    minutes = [t / 60 for t in curve["time_s"]]
    for i, name in enumerate(shown):
        axes[i].plot(minutes, curve[name], color=PALETTE[i], linewidth=1.0)
        axes[i].set_ylabel(AXES[name])
    axes[-1].set_xlabel("time [min]")
    return svg_text(figure)


def nyquist_plot(frequency_Hz: Sequence[float], real_mohm: Sequence[float], minus_imag_mohm: Sequence[float]) -> str:
    """The negative imaginary part over the real part, equal scales, with a few frequencies marked."""
    figure, axes = _panels(1)
    axes[0].plot(real_mohm, minus_imag_mohm, color=PALETTE[0], marker="o", markersize=3, linewidth=1.0)
    for wanted in MARKED:
        i = min(range(len(frequency_Hz)), key=lambda k: abs(frequency_Hz[k] / wanted - 1))
        if abs(frequency_Hz[i] / wanted - 1) < 0.3:
            axes[0].annotate(f"{wanted:g} Hz", (real_mohm[i], minus_imag_mohm[i]), fontsize=7,
                             textcoords="offset points", xytext=(4, -9))
    axes[0].set_aspect("equal", adjustable="datalim")
    axes[0].set_xlabel("Re Z [mΩ]")
    axes[0].set_ylabel("−Im Z [mΩ]")
    return svg_text(figure)


def _panels(count: int) -> tuple[Any, list[Any]]:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.0, 1.6 + 1.5 * count), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots(count, 1, sharex=True, squeeze=False)
    return figure, list(axes[:, 0])
