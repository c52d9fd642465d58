"""Settings arrive under the learner's own names. Each learner lists those it takes, so that no setting reaches a file, a thread or an untested path."""

from __future__ import annotations

from collections.abc import Mapping

from wire import Setting


def known_settings(settings: Mapping[str, Setting], known: frozenset[str]) -> dict[str, Setting]:
    unknown = sorted(settings.keys() - known)
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    return dict(settings)


def choice(settings: dict[str, Setting], name: str, allowed: tuple[str, ...]) -> str:
    """Takes `name` out of the settings; the first of `allowed` where it is not given."""
    value = settings.pop(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(allowed)}")
    return str(value)
