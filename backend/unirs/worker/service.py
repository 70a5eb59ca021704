"""The work of the worker: loading a model, and questions to it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, cast

from unirs.errors import UniRSError
from unirs.inputs import Task
from unirs.models import DEFAULT_MODEL, find_model
from unirs.worker import messages
from unirs.worker.server import Job

if TYPE_CHECKING:
    from unirs.answers import Answer
    from unirs.inference import Pipeline


@dataclass(frozen=True)
class _Choice:
    """Which model runs where."""

    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"


class Service:
    """Keeps one model loaded and handles requests. Used by one thread.

    A request that names no model, device or precision uses those that are loaded, or the default
    ones. A request that names others has them loaded in place of those.
    """

    def __init__(self) -> None:
        self._pipeline: Pipeline | None = None
        self._choice = _Choice()

    def prepare(self) -> None:
        """Import what takes seconds to import: PyTorch, transformers, the raster libraries.

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
                "set up the worker's environment again.",
            ) from error

    def run(self, job: Job) -> object:
        """The result of a request.

        Raises:
            UniRSError: What a user can cause, exhausted memory included.
        """
        self.prepare()
        from unirs.inference.devices import guard_memory

        methods = {"load": self._load, "unload": self._unload, "self_test": self._self_test}
        work = methods.get(job.method, self._task)
        return guard_memory(lambda: work(job), self._forget, f"working on {job.method}")

    def _load(self, job: Job) -> messages.LoadResult:
        from unirs.prompts import DEFAULT_CLASSES

        pipeline = self._pipeline_for(job)
        return messages.LoadResult(
            model=pipeline.name,
            kind=pipeline.config.kind,
            device=pipeline.device,
            precision=pipeline.precision,
            image_size=pipeline.image_size,
            frame_count=pipeline.frame_count,
            change_maps=pipeline.makes_change_maps,
            demonstration=pipeline.demonstration,
            classes=DEFAULT_CLASSES,
            digest=pipeline.bundle.digest,
            seconds=pipeline.load_seconds,
        )

    def _unload(self, _: Job) -> messages.UnloadResult:
        name = self._pipeline.name if self._pipeline else None
        self._drop()
        return messages.UnloadResult(model=name)

    def _task(self, job: Job) -> Answer:
        from unirs.request import TaskRequest
        from unirs.tasks import check_inputs, run_task

        names = [field.name for field in fields(TaskRequest) if field.name != "task"]
        request = TaskRequest(
            Task(job.method), **{name: getattr(job.params, name) for name in names}
        )
        check_inputs(request)
        return run_task(
            self._pipeline_for(job),
            request,
            on_token=lambda text: job.notify("token", text=text),
            on_stage=lambda stage: job.notify("progress", stage=stage),
            stop=job.cancelled.is_set,
        )

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
        """The pipeline that a request names, loaded if it is not."""
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
        """What a request names, completed by what is loaded.

        A model or device that is missing is refused here, before the loaded one is dropped.
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
