"""The work of the worker: loading a model, and questions to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from unirs.errors import UniRSError
from unirs.models import DEFAULT_MODEL
from unirs.worker import messages
from unirs.worker.jobs import Job, Work, Worker
from unirs.worker.protocol import ClientGone
from unirs.worker.together import ReadQuestion, answer_together, read, request_of

if TYPE_CHECKING:
    from unirs.answers import Answer
    from unirs.engines.engine import Engine
    from unirs.index.finding import Locate
    from unirs.index.results import FoundTiles, IndexSummary
    from unirs.when.timeline import Story, Timeline
    from unirs.where.places import Places


Result = TypeVar("Result")


@dataclass(frozen=True)
class _Choice:
    """Which model runs where. The last two concern models of servers alone."""

    model: str = DEFAULT_MODEL
    device: str = "auto"
    precision: str = "auto"
    key: str | None = field(default=None, repr=False)
    allow_remote: bool = False


class Service(Worker):
    """Keeps one model loaded and handles requests.

    A request that names no model, device or precision uses those that are loaded, or the default
    ones. A request that names others has them loaded in place of those.

    Args:
        locate: Gives the file of a raster that an index names, or refuses it; by default all are
            read.
    """

    def __init__(self, locate: Locate = str) -> None:
        self._locate = locate
        self._engine: Engine | None = None
        self._choice = _Choice()
        self._reader = ThreadPoolExecutor(1, "unirs-ahead")
        self._foresight = threading.Lock()  # guards ``Job.ahead``

    def prepare(self) -> None:
        """Import what takes seconds to import: PyTorch, transformers, the raster libraries.

        Raises:
            UniRSError: ``environment_broken``.
        """
        try:
            import unirs.engines.unirs.pipeline
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
        from unirs.engines.devices import guard_memory

        methods = {
            "load": self._load,
            "unload": self._unload,
            "where": self._where,
            "when": self._when,
            "story": self._story,
            "index": self._index,
            "find": self._find,
            "self_test": self._self_test,
        }
        work = methods.get(job.method, self._task)
        return guard_memory(lambda: work(job), self._forget, f"working on {job.method}")

    def at_once(self, job: Job) -> int:
        """As many questions as memory allows views; one before a model is loaded."""
        if self._engine is None:
            return 1
        return max(1, self._engine.batch_size // getattr(job.params, "views", 1))

    def foresee(self, jobs: Sequence[Job]) -> None:
        """Read the images of questions while others are answered."""
        engine = self._engine
        with self._foresight:
            for job in jobs:
                if engine is not None and job.ahead is None:
                    job.ahead = engine, self._reader.submit(read, job, engine)

    def run_together(self, jobs: Sequence[Job], between: Callable[[], None]) -> Iterator[Work]:
        """Answer questions side by side; see ``together``."""
        found: list[ReadQuestion | Exception] = []
        for job in jobs:
            between()
            found.append(self._found(job))
        questions = [each for each in found if isinstance(each, ReadQuestion)]
        answers = answer_together(questions, between, self._guarded)
        for job, each in zip(jobs, found, strict=True):
            yield job, next(answers) if isinstance(each, ReadQuestion) else partial(_fail, each)

    def _found(self, job: Job) -> ReadQuestion | Exception:
        """A question with its images, or why there are none: that is its own error alone."""
        try:
            self.prepare()
            return self._guarded(partial(self._read, job))
        except ClientGone:
            raise
        except Exception as error:
            return error

    def _read(self, job: Job) -> ReadQuestion:
        request_of(job)  # what is wrong with it is found before a model is loaded
        engine = self._engine_for(job)
        with self._foresight:
            ahead, job.ahead = job.ahead, None
        is_read = ahead is not None and ahead[0] is engine  # or another model's grid would be used
        return ReadQuestion(job, engine, ahead[1].result() if is_read else read(job, engine))

    def _guarded(self, work: Callable[[], Result]) -> Result:
        from unirs.engines.devices import guard_memory

        return guard_memory(work, self._forget, "answering")

    def _load(self, job: Job) -> messages.LoadResult:
        from unirs.engines.engine import origin_of
        from unirs.prompts import DEFAULT_CLASSES

        engine = self._engine_for(job)
        return messages.LoadResult(
            **origin_of(engine),
            precision=engine.precision,
            image_size=engine.image_size,
            frame_count=engine.frame_count,
            capabilities=engine.capabilities,
            classes=DEFAULT_CLASSES,
            memory_bytes=engine.memory_bytes,
            batch_size=engine.batch_size,
            seconds=engine.load_seconds,
        )

    def _unload(self, _: Job) -> messages.UnloadResult:
        name = self._engine.name if self._engine else None
        self._drop()
        return messages.UnloadResult(model=name)

    def _task(self, job: Job) -> Answer:
        from unirs.tasks import run_task

        request = request_of(job)
        return run_task(
            self._engine_for(job),
            request,
            on_token=lambda text: job.notify("token", text=text),
            on_stage=lambda stage: job.notify("progress", stage=stage),
            stop=job.cancelled.is_set,
        )

    def _where(self, job: Job) -> Places:
        from unirs.where.request import WhereRequest
        from unirs.where.search import check_search, find_places

        request = _request(WhereRequest, job)
        check_search(request)  # what is wrong with it is found before a model is loaded
        return find_places(
            self._engine_for(job),
            request,
            on_window=lambda window: job.notify("window", **window._asdict()),
            on_place=lambda done, total: job.notify(
                "progress", stage="place", done=done, total=total
            ),
            stop=job.cancelled.is_set,
        )

    def _when(self, job: Job) -> Timeline:
        from unirs.when.asking import find_when
        from unirs.when.request import WhenRequest

        return self._about_series(job, _request(WhenRequest, job), find_when)

    def _story(self, job: Job) -> Story:
        from unirs.when.request import StoryRequest
        from unirs.when.story import describe_series

        return self._about_series(job, _request(StoryRequest, job), describe_series)

    def _about_series(self, job: Job, request: Any, find: Callable[..., Result]) -> Result:
        from unirs.when.series import check_rasters

        check_rasters(request.paths)  # what is wrong with it is found before a model is loaded
        return find(
            self._engine_for(job),
            request,
            on_answer=lambda done, total: job.notify(
                "progress", stage="date", done=done, total=total
            ),
            stop=job.cancelled.is_set,
        )

    def _index(self, job: Job) -> IndexSummary:
        from unirs.index.building import build_index, check_index
        from unirs.index.request import IndexRequest

        request = _request(IndexRequest, job)
        check_index(request)
        return build_index(
            self._engine_for(job),
            request,
            on_tile=lambda tile: job.notify(
                "progress", stage="tile", done=tile.done, total=tile.total
            ),
            stop=job.cancelled.is_set,
        )

    def _find(self, job: Job) -> FoundTiles:
        from unirs.index.finding import check_find, find_tiles
        from unirs.index.request import FindRequest

        request = _request(FindRequest, job)
        check_find(request)
        return find_tiles(
            partial(self._engine_for, job),
            request,
            on_image=lambda done, total: job.notify(
                "progress", stage="compare", done=done, total=total
            ),
            locate=self._locate,
            stop=job.cancelled.is_set,
        )

    def _self_test(self, job: Job) -> messages.SelfTestResult:
        from unirs.self_test import run_self_test

        report = run_self_test(
            self._engine_for(job),
            on_case=lambda done, total: job.notify(
                "progress", stage="case", done=done, total=total
            ),
            stop=job.cancelled.is_set,
        )
        return messages.SelfTestResult.model_validate(report.to_json())

    def _engine_for(self, job: Job) -> Engine:
        """The engine that a request names, opened if it is not."""
        wanted = self._wanted(cast(messages.LoadParams, job.params))
        if self._engine is None or wanted != self._choice:
            from unirs.engines.opening import open_engine

            job.notify("progress", stage="load")
            self._engine = open_engine(
                wanted.model,
                wanted.device,
                wanted.precision,
                key=wanted.key,
                allow_remote=wanted.allow_remote,
                on_accepted=self._drop,
            )
            self._choice = wanted
        return self._engine

    def _wanted(self, params: messages.LoadParams) -> _Choice:
        """What a request names, completed by what is loaded.

        A model or device that is missing is refused here, before the loaded one is dropped.
        """
        from unirs.engines.devices import resolve_device
        from unirs.engines.model_name import find_by_name

        loaded = self._choice
        is_loaded = params.model is None
        return _Choice(
            model=find_by_name(params.model or loaded.model).identity,
            device=str(resolve_device(params.device or loaded.device)),
            precision=params.precision or loaded.precision,
            key=params.key.get_secret_value() if params.key else loaded.key if is_loaded else None,
            allow_remote=params.allow_remote or (is_loaded and loaded.allow_remote),
        )

    def _drop(self) -> None:
        if self._engine:
            self._engine.close()
        self._engine, self._choice = None, _Choice()

    def _forget(self) -> None:
        if self._engine:
            self._engine.forget()


def _request(kind: type[Result], job: Job) -> Result:
    """A request with the parameters of a message that are its fields."""
    names = [field.name for field in fields(cast(Any, kind))]
    return kind(**{name: getattr(job.params, name) for name in names})


def _fail(error: Exception) -> NoReturn:
    raise error
