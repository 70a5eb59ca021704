"""What the page shows of a model: its name, engine, memory, licence, and why it cannot answer."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.model_list import SERVER_ENGINE, TRANSFORMERS, UNIRS, Model, ModelProblem
from unirs_qgis.runtime.model_names import HUB, SERVER, server_of
from unirs_qgis.units import size_text

translate = QCoreApplication.translate


def model_title(model: Model) -> str:
    """The name of a model with its server, or that it is for demonstration only."""
    name = row_title(model)
    server = server_of(model.name)
    if server:
        return translate("Options", "{model} on {host}").format(model=name, host=server.host)
    return name


def row_title(model: Model) -> str:
    """The name of a model where its engine is shown beside it."""
    name = name_title(model.name if server_of(model.name) else model.title or model.name)
    if model.demonstration:
        return translate("Options", "{name} (experimental)").format(name=name)
    return name


def name_title(name: str) -> str:
    """A short form of any name: without its folders, or without what names its engine."""
    server = server_of(name)
    if server:
        return server.model or server.host
    if name.startswith((HUB, SERVER)):
        return name.partition(":")[2]
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def engine_title(item: Model | ModelProblem) -> str:
    """What answers with a model; of a server also where it is."""
    if item.engine != SERVER_ENGINE:
        return {UNIRS: "UniRS", TRANSFORMERS: "transformers"}.get(item.engine, item.engine)
    server = server_of(item.name)
    if server is None:
        return translate("Options", "Server")
    away = server.host if server.is_remote else getattr(item, "host", "")
    place = away or f":{server.host.rpartition(':')[2]}"
    return f"{translate('Options', 'Server')} {place}"


def use_title(use: str) -> str:
    """The kind of use that a licence allows."""
    names = {
        "commercial": translate("Options", "any use, also commercial"),
        "non-commercial": translate("Options", "no commercial use"),
    }
    return names.get(use, translate("Options", "allowed use not known"))


def use_word(use: str) -> str:
    """The same in a word, for the table; empty if it is not known."""
    names = {
        "commercial": translate("Options", "any"),
        "non-commercial": translate("Options", "non-commercial"),
    }
    return names.get(use, "")


def tried_title(tried: bool | None) -> str:
    """Whether UniRS was tried with a model."""
    if tried is None:
        return ""
    return translate("Options", "yes") if tried else translate("Options", "no")


def memory_title(model: Model, precision: str) -> str:
    """The memory that a model needs, such as ``7.2 GB``; empty if it is not known."""
    need = model.need(precision)
    return "" if need is None else size_text(need)


def refusal(item: Model | ModelProblem, precision: str, memory_bytes: int | None) -> str:
    """Why a model cannot answer here, in a sentence or two; empty if it can.

    Args:
        item: The model, or what is wrong with it.
        precision: The precision that is chosen.
        memory_bytes: Memory of this computer; ``None`` if it is not known.
    """
    if isinstance(item, ModelProblem):
        return item.message
    if item.vision is False:
        return translate(
            "Options", "{name} reads no images, by the list of its server: choose another model."
        ).format(name=model_title(item))
    if item.does_fit(precision):
        return ""
    facts = {
        "name": model_title(item),
        "need": memory_title(item, precision),
        "precision": item.precision_for(precision),
        "memory": size_text(memory_bytes or 0),
    }
    others = [each for each, fits in item.fits.items() if fits]
    if others:
        facts["others"] = ", ".join(others)
        text = translate(
            "Options",
            "{name} needs {need} of memory in {precision}; this computer has {memory}. It fits "
            "with another precision: {others}.",
        )
    else:
        text = translate(
            "Options",
            "{name} needs {need} of memory in {precision}; this computer has {memory}. Choose a "
            "smaller model.",
        )
    return text.format(**facts)


def description(item: Model | ModelProblem, precision: str, memory_bytes: int | None) -> str:
    """All that is known of a model, in plain lines."""
    lines = [refusal(item, precision, memory_bytes)]
    if isinstance(item, Model):
        lines += [
            item.summary,
            _memory_line(item),
            translate("Options", "Licence: {licence} ({use}).").format(
                licence=item.licence or translate("Options", "not stated"),
                use=use_title(item.use),
            ),
        ]
        if item.tried is not None:
            lines.append(
                translate("Options", "UniRS was tried with this model.")
                if item.tried
                else translate("Options", "UniRS was not tried with this model.")
            )
        if item.engine != UNIRS:
            lines.append(translate("Options", "It makes no change maps."))
        lines.append(_host_line(item))
    lines.append(str(item.folder) if item.folder else item.name)
    return "\n".join(line for line in lines if line)


def _memory_line(model: Model) -> str:
    needs = [f"{name} {size_text(size)}" for name, size in model.needs_bytes.items()]
    if not needs:
        return ""
    return translate("Options", "Memory by precision: {list}.").format(list=", ".join(needs))


def _host_line(model: Model) -> str:
    server = server_of(model.name)
    if server is None:
        return ""
    host = server.host if server.is_remote else model.host
    if host:
        return translate("Options", "Images leave this computer: they are sent to {host}.").format(
            host=host
        )
    return translate("Options", "Images stay on this computer.")
