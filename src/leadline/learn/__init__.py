"""Learn: roles and leakage, training, calibration, explanation, and the saved model."""
