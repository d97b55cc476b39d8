//! Pixels to plate sightings and smoke observations (OpenCV, rten).
