"""Impedance spectra: limits that any cell has to keep, and what a pulse says of the same cell."""

import numpy as np
import pytest

from knowledge.cell import CellDesign
from knowledge.protocol import Pulse
from tools.failures import FailureClass
from tools.ledger import Ledger
from tools.run import Failure, Success, run
from tools.simulate.buildup import build_up
from tools.simulate.impedance import find_impedance, spectrum
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.runs import point
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

CELL = CellDesign.model_validate(EXAMPLE_DESIGN)
FREQUENCIES = np.array([1e5, 1.0, 0.05])


def prepared(**update):
    found = prepare(point(CELL, build_up(CELL), None).model_copy(update=update), Pulse())
    assert isinstance(found, Prepared)
    return found


def test_a_path_resistance_stands_in_series_at_every_frequency():
    bare, more = (spectrum(prepared(path_resistance_ohm_cm2=r), 0.5, FREQUENCIES) for r in (2.0, 12.0))
    assert more - bare == pytest.approx(np.full(3, 10.0), rel=1e-6)
    assert (bare.imag < 0).all() and (np.diff(bare.real) > 0).all()
    assert abs(bare.imag[0]) < 0.1 * bare.real[0]


def test_a_pulse_finds_the_resistance_of_its_own_time():
    """The step response after t is close to the real part at 1/(2 π t) where the impedance changes slowly."""
    cell, seconds = prepared(), 10.0
    real = spectrum(cell, 0.5, np.array([1 / (2 * np.pi * seconds)])).real[0]
    pulse = PybammSimulator().simulate([cell.point], Pulse(rate_C=0.1, duration_s=seconds))[0]
    assert real == pytest.approx(pulse.values["resistance_ohm_cm2"], rel=0.08)


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    ledger = Ledger(home)
    return lambda **more: run(find_impedance, {"design": EXAMPLE_DESIGN, **more}, Context(home=home), ledger)


def test_the_cells_spectrum_begins_with_its_ohmic_part(ask):
    answer = ask(lowest_Hz=0.1, highest_Hz=1e4)
    assert isinstance(answer, Success)
    found = answer.result
    assert len(found.frequency_Hz) == 51 and found.frequency_Hz[0] == pytest.approx(1e4)
    assert found.real_mohm[0] == found.ohmic_mohm > found.path_mohm > 0
    assert found.validity == "inside" and "inductance" in found.note


@pytest.mark.parametrize(("more", "words"), [
    ({"lowest_Hz": 10, "highest_Hz": 1}, "below highest_Hz"), ({"temperature_C": -70}, "outside")])
def test_what_cannot_be_asked_is_refused(ask, more, words):
    answer = ask(**more)
    assert isinstance(answer, Failure) and answer.failure_class is FailureClass.BAD_INPUT and words in answer.message
