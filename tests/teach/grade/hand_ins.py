"""Zips as learners hand them in, made of the lessons, their solutions and the typical mistakes."""

import json
import re
import zipfile

from lesson.lessons import read_lesson
from notebooks.teach.course import find_lesson
from tests.lessons.answers import answers_to
from tests.teach.command import cell_of  # noqa: F401
