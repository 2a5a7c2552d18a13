"""The commands that stand under one word, one file for each word; what they do stands in commands/ and is loaded when asked for."""

from __future__ import annotations

from .accept import accept
from .calendar import calendar
from .config import config
from .cycle import cycle
from .flags import flags
from .mock import mock
from .new import new
from .plan import plan
from .runlog import runlog
from .school import school
from .store import store
from .workbook import workbook

GROUPS = (accept, calendar, config, cycle, flags, mock, new, plan, runlog, school, store, workbook)
