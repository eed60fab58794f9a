"""Tests of the lessons as pages for the web."""
