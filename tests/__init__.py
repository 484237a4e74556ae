"""Tests mirror the apps; `architecture` holds the shape of the code, `drills` break things."""
