"""One settings object, made at the edge and passed in; never a global."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.house import HouseProfile


class LlmSettings(Frozen):
    """An OpenAI-compatible endpoint. Without a base URL and a model there is none, and that is a supported mode."""

    base_url: str | None = None
    model: str | None = None
    api_key: str = "none"
    allow_egress: bool = False
    timeout_s: float = 120.0

    @property
    def configured(self) -> bool:
        """Whether there is an endpoint to talk to."""
        return bool(self.base_url and self.model)


class Settings(Frozen):
    """Where things live and how much may be spent."""

    home: Path = Field(description="caches, stores, checkpoints and the ledger")
    out: Path = Path("runs")
    seed: int = 0
    designs: int = Field(default=24, ge=1, le=200)
    simulations: int = Field(default=320, ge=32, le=20000, description="database designs per system and protocol")
    workers: int = Field(default=2, ge=1, le=256)
    device: str = "cpu"
    executor: str = Field(default="processes", description="where PyBaMM runs: processes, or dask://HOST:PORT")
    time_limit_s: float | None = Field(default=None, gt=0)
    house: HouseProfile | None = Field(default=None, description="a maker's own limits; none: the public default")
    front: bool = Field(default=True, description="look for the best compromises after the search")
    weights: dict[str, float] = Field(default_factory=dict, description="of the parts of the ranking's score")
    llm: LlmSettings = LlmSettings()

    @property
    def ledger_folder(self) -> Path:
        """Where the ledger lives."""
        return self.home / "ledger"

    @property
    def checkpoint_path(self) -> Path:
        """The checkpoint database of all runs."""
        return self.home / "checkpoints.sqlite"


def default_home() -> Path:
    """`$CELLWRIGHT_HOME`, or the platform's data folder."""
    given = os.environ.get("CELLWRIGHT_HOME")
    if given:
        return Path(given).expanduser().resolve()
    from platformdirs import user_data_path

    return Path(user_data_path("cellwright"))


def settings_from_environment(**overrides: object) -> Settings:
    """Settings from `CELLWRIGHT_*` variables; arguments that are not None win.

    Raises:
        pydantic.ValidationError: a value is outside its range.
    """
    env = os.environ
    llm = LlmSettings(
        base_url=env.get("CELLWRIGHT_LLM_BASE_URL"),
        model=env.get("CELLWRIGHT_LLM_MODEL"),
        api_key=env.get("CELLWRIGHT_LLM_API_KEY", "none"),
        allow_egress=env.get("CELLWRIGHT_ALLOW_EGRESS", "") in {"1", "true", "yes"},
    )
    values: dict[str, object] = {
        "home": default_home(),
        "workers": env.get("CELLWRIGHT_WORKERS") or min(os.cpu_count() or 1, 8),
        "device": env.get("CELLWRIGHT_DEVICE", "cpu"),
        "executor": env.get("CELLWRIGHT_EXECUTOR") or "processes",
        "llm": llm,
    }
    values.update({k: v for k, v in overrides.items() if v is not None})
    return Settings.model_validate(values)
