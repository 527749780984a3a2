"""HTTP in: tags and packs, segments by definition, their audiences, members and exports."""

from huitong.segments.routes.audiences import router as audiences
from huitong.segments.routes.days import router as days
from huitong.segments.routes.definitions import router as definitions
from huitong.segments.routes.exports import router as exports
from huitong.segments.routes.history import router as history
from huitong.segments.routes.members import router as members
from huitong.segments.routes.reading import router as reading
from huitong.segments.routes.tag_definitions import router as tag_definitions
from huitong.segments.routes.tag_givings import router as tag_givings
from huitong.segments.routes.tag_packs import router as tag_packs
from huitong.segments.routes.tags import router as tags
from huitong.segments.routes.vocabulary import router as vocabulary

ROUTERS = (
    tags,
    tag_definitions,
    tag_packs,
    tag_givings,
    vocabulary,
    reading,
    definitions,
    history,
    audiences,
    members,
    days,
    exports,
)

__all__ = ["ROUTERS"]
