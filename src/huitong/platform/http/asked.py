"""The answer to a request that a worker carries out."""

from typing import Annotated, Self

from pydantic import BaseModel

from huitong.platform.http.requests import IdText
from huitong.platform.jobs import JOB_PREFIX, Job, JobState


class JobAsked(BaseModel):
    """The job that does it; “/v1/jobs/{job_id}” tells how far it is and what came of it."""

    job_id: Annotated[int, IdText(JOB_PREFIX)]
    state: JobState

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the answer that names a job."""
        return cls(job_id=job.id, state=job.state)
