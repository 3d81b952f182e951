"""Landmarks and photo to FaceFit: sliders, expression, camera, appearance."""
