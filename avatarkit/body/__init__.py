"""The parametric body: sliders to vertices, expressions, joints."""
