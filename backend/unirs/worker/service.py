"""The work itself: the model at hand, and questions to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from unirs.errors import UniRSError
from unirs.inputs import Task
from unirs.models import DEFAULT_MODEL, find_model
from unirs.worker import messages
from unirs.worker.server import Job

if TYPE_CHECKING:
    from pydantic import BaseModel

    from unirs.inference import Pipeline
    from unirs.inputs import Extent
    from unirs.request import TaskRequest


@dataclass(frozen=True)
class _Choice:
    """Which model runs where."""

    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"


class Service:
    """Keeps one model at hand and does what requests want of it. Used by one thread.

    A request that names no model, device or precision takes those at hand; without a model at hand
    it loads the default one. A request that wants others has them loaded in place of those.
    """

    def __init__(self) -> None:
        self._pipeline: Pipeline | None = None
        self._choice = _Choice()

    def prepare(self) -> None:
        """Import what takes seconds: PyTorch, transformers, the raster libraries.

        Raises:
            UniRSError: ``environment_broken``.
        """
        try:
            import unirs.inference.pipeline
            import unirs.tasks  # noqa: F401
        except (ImportError, OSError) as error:  # a library that does not load is an OSError
            raise UniRSError(
                "environment_broken",
                f"A library of the worker cannot be loaded ({error}); "
                "set the worker's environment up anew.",
            ) from error

    def run(self, job: Job) -> BaseModel:
        """Do what a request wants.

        Raises:
            UniRSError: What a user can cause, exhausted memory included.
        """
        self.prepare()
        from unirs.inference.devices import guard_memory

        methods = {"load": self._load, "unload": self._unload, "self_test": self._self_test}
        work = methods.get(job.method, self._task)
        return guard_memory(lambda: work(job), self._forget, f"working on {job.method}")

    def _load(self, job: Job) -> messages.LoadResult:
        pipeline = self._pipeline_for(job)
        return messages.LoadResult(
            model=pipeline.name,
            kind=pipeline.config.kind,
            device=pipeline.device,
            precision=pipeline.precision,
            image_size=pipeline.image_size,
            frame_count=pipeline.frame_count,
            change_maps=pipeline.config.change_module,
            demonstration=pipeline.bundle.card.demonstration,
            digest=pipeline.bundle.digest,
            seconds=pipeline.load_seconds,
        )

    def _unload(self, _: Job) -> messages.UnloadResult:
        name = self._pipeline.name if self._pipeline else None
        self._drop()
        return messages.UnloadResult(model=name)

    def _task(self, job: Job) -> messages.TaskResult:
        from unirs.tasks import check_inputs, run_task

        request = task_request(job.method, cast(messages.TaskParams, job.params))
        check_inputs(request)
        result = run_task(
            self._pipeline_for(job),
            request,
            on_token=lambda text: job.notify("token", text=text),
            on_stage=lambda stage: job.notify("progress", stage=stage),
            on_view=lambda done, total: job.notify(
                "progress", stage="view", done=done, total=total
            ),
            stop=job.cancelled.is_set,
        )
        return messages.TaskResult.model_validate(result.to_json())

    def _self_test(self, job: Job) -> messages.SelfTestResult:
        from unirs.self_test import run_self_test

        pipeline = self._pipeline_for(job)
        report = run_self_test(
            pipeline,
            on_case=lambda done, total: job.notify(
                "progress", stage="case", done=done, total=total
            ),
            stop=job.cancelled.is_set,
        )
        return messages.SelfTestResult.model_validate(report.to_json())

    def _pipeline_for(self, job: Job) -> Pipeline:
        """The pipeline at hand if it is the one that a request wants, else that one, loaded."""
        wanted = self._wanted(cast(messages.LoadParams, job.params))
        if self._pipeline is None or wanted != self._choice:
            from unirs.inference import load_pipeline

            job.notify("progress", stage="load")
            self._pipeline = load_pipeline(
                wanted.model, wanted.device, wanted.precision, on_accepted=self._drop
            )
            self._choice = wanted
        return self._pipeline

    def _wanted(self, params: messages.LoadParams) -> _Choice:
        """What a request names, completed by what is at hand.

        A model or device that does not exist is refused here.
        """
        from unirs.inference.devices import resolve_device

        return _Choice(
            model=str(find_model(params.model or self._choice.model).resolve()),
            device=str(resolve_device(params.device or self._choice.device)),
            precision=params.precision or self._choice.precision,
        )

    def _drop(self) -> None:
        if self._pipeline:
            self._pipeline.close()
        self._pipeline, self._choice = None, _Choice()

    def _forget(self) -> None:
        if self._pipeline:
            self._pipeline.forget()


def task_request(method: str, params: messages.TaskParams) -> TaskRequest:
    """Parameters from the wire as a request to ``run_task``.

    Raises:
        UniRSError: See ``TaskRequest`` and ``CropOptions``.
    """
    from unirs.imagery import CropOptions
    from unirs.request import TaskRequest

    crop = params.crop
    return TaskRequest(
        task=Task(method),
        paths=tuple(params.paths),
        text=params.text,
        options=tuple(params.options),
        classes=tuple(params.classes),
        crop=CropOptions(
            extent=cast("Extent | None", tuple(crop.extent) if crop.extent else None),
            extent_crs=crop.extent_crs,
            bands=tuple(crop.bands) if crop.bands is not None else None,
            stretch=crop.stretch,
        ),
        clue=params.clue,
        max_new_tokens=params.max_new_tokens,
        views=params.views,
        change_map=_path(params.change_map),
        overlay=_path(params.overlay),
        save_crop=_path(params.save_crop),
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
