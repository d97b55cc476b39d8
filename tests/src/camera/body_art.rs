//! Paints the faces of a vehicle: front, rear, and the side that a camera beside the road sees.

use super::plate_art;
use super::sprite::{Colour, Sprite};
use crate::road::{Body, MountedPlate, Vehicle};

/// Pixels a metre of the faces that carry plates: a plate of 0.44 m is never shown larger than it was painted.
const FACE_PER_M: f64 = 400.0;
/// Pixels a metre of the sides.
const SIDE_PER_M: f64 = 64.0;

const GLASS: Colour = [38, 46, 54];
const GLASS_LOW: Colour = [92, 106, 116];
const RUBBER: Colour = [22, 22, 24];
const TRIM: Colour = [44, 46, 48];
const LAMP: Colour = [236, 238, 230];
const RED: Colour = [170, 20, 20];
const AMBER: Colour = [226, 140, 24];

/// The faces of one vehicle.
#[derive(Clone, Debug)]
pub(super) struct Faces {
    /// Seen by the front camera.
    pub(super) front: Sprite,
    /// Seen by the rear camera.
    pub(super) rear: Sprite,
    /// Seen by both, its front end to the left.
    pub(super) side: Sprite,
    /// Height of the lamps in front, metres.
    pub(super) lamps_m: f64,
}

/// Paints a vehicle.
pub(super) fn faces(vehicle: &Vehicle) -> Faces {
    let (width, height) = size(vehicle.body);
    Faces {
        front: front(vehicle, width, height).finished(),
        rear: rear(vehicle, width, height).finished(),
        side: side(vehicle, height).finished(),
        lamps_m: if large(vehicle.body) { 0.75 } else { 0.65 },
    }
}

/// Width and height, metres.
fn size(body: Body) -> (f64, f64) {
    match body {
        Body::Tractor => (2.5, 3.8),
        Body::Lorry => (2.4, 3.4),
        Body::Coach => (2.5, 3.3),
        Body::Van => (1.9, 2.2),
        Body::Car => (1.8, 1.5),
    }
}

fn large(body: Body) -> bool {
    match body {
        Body::Tractor | Body::Lorry | Body::Coach => true,
        Body::Van | Body::Car => false,
    }
}

fn scaled(colour: Colour, share: f64) -> Colour {
    colour.map(|value| (f64::from(value) * share).min(255.0) as u8)
}

fn hang(sprite: &mut Sprite, plate: &MountedPlate, y: f64) {
    let width = plate_art::width_m(plate);
    // A dark holder sets the plate off from the body, as it does on most vehicles.
    sprite.fill([-width / 2.0 - 0.02, y - 0.10, width / 2.0 + 0.02, y + 0.10], TRIM);
    sprite.place(&plate_art::draw(plate), (0.0, y), width);
}

fn front(vehicle: &Vehicle, width: f64, height: f64) -> Sprite {
    let mut face = Sprite::new(width + 0.5, height, FACE_PER_M);
    let half = width / 2.0;
    let (light, dark) = (scaled(vehicle.paint, 1.08), scaled(vehicle.paint, 0.78));
    for side in [-1.0, 1.0] {
        let tyre = side * (half - 0.22);
        face.fill([tyre - 0.14, 0.0, tyre + 0.14, 0.5], RUBBER);
    }
    let cab = if vehicle.body == Body::Lorry { height - 0.7 } else { height - 0.1 };
    if vehicle.body == Body::Lorry {
        face.shade([-half, 1.0, half, height - 0.02], [214, 214, 210], [170, 170, 168]); // The box behind the cab.
    }
    if large(vehicle.body) {
        face.shade([-half, 0.32, half, cab], light, dark);
        face.shade([-half + 0.08, cab * 0.50, half - 0.08, cab * 0.80], GLASS, GLASS_LOW);
        face.fill([-half + 0.3, cab * 0.50, -0.1, cab * 0.51], RUBBER); // Wipers at rest.
        face.fill([0.1, cab * 0.50, half - 0.3, cab * 0.51], RUBBER);
        face.shade([-half * 0.62, 1.02, half * 0.62, cab * 0.47], TRIM, [30, 31, 33]);
        for slat in 0..4 {
            let y = 1.06 + f64::from(slat) * 0.13;
            face.fill([-half * 0.58, y, half * 0.58, y + 0.035], [110, 113, 116]);
        }
        face.shade([-half, 0.32, half, 0.95], scaled(vehicle.paint, 0.72), scaled(vehicle.paint, 0.5));
        for side in [-1.0, 1.0] {
            face.fill([side * (half - 0.25) - 0.2, 0.62, side * (half - 0.25) + 0.2, 0.88], TRIM);
            face.disc((side * (half - 0.3), 0.75), 0.10, LAMP);
            face.disc((side * (half - 0.12), 0.75), 0.05, AMBER);
            let mirror = side * (half + 0.13);
            face.fill([mirror - 0.1, cab * 0.55, mirror + 0.1, cab * 0.75], TRIM);
        }
        hang(&mut face, &vehicle.front, 0.56);
    } else {
        face.shade([-half, 0.25, half, height * 0.62], light, dark);
        face.shade([-half, height * 0.6, half, height - 0.04], light, light);
        face.shade([-half + 0.1, height * 0.62, half - 0.1, height - 0.14], GLASS, GLASS_LOW);
        face.fill([-half * 0.5, 0.68, half * 0.5, 0.84], TRIM);
        for side in [-1.0, 1.0] {
            face.disc((side * (half - 0.22), 0.70), 0.11, LAMP);
            face.disc((side * (half - 0.06), 0.70), 0.05, AMBER);
            face.fill([side * (half + 0.09) - 0.07, 1.0, side * (half + 0.09) + 0.07, 1.16], TRIM);
        }
        face.shade([-half, 0.25, half, 0.36], TRIM, RUBBER);
        hang(&mut face, &vehicle.front, 0.47);
    }
    face
}

fn rear(vehicle: &Vehicle, width: f64, height: f64) -> Sprite {
    let mut face = Sprite::new(width + 0.1, height, FACE_PER_M);
    let half = width / 2.0;
    for side in [-1.0, 1.0] {
        let tyre = side * (half - 0.32);
        face.fill([tyre - 0.28, 0.0, tyre + 0.28, 0.8], RUBBER);
    }
    match vehicle.body {
        Body::Tractor | Body::Lorry => {
            let body: Colour = if vehicle.body == Body::Tractor { [196, 198, 198] } else { [216, 214, 206] };
            face.shade([-half, 1.05, half, height - 0.02], scaled(body, 1.04), scaled(body, 0.82));
            face.fill([-0.012, 1.05, 0.012, height - 0.05], scaled(body, 0.45)); // Between the doors.
            for rod in [-0.62, -0.32, 0.32, 0.62] {
                face.fill([rod * half - 0.018, 1.08, rod * half + 0.018, height - 0.1], scaled(body, 0.62));
            }
            for hinge in 0..4 {
                let y = 1.25 + f64::from(hinge) * (height - 1.6) / 3.0;
                for side in [-1.0, 1.0] {
                    face.fill([side * (half - 0.1) - 0.08, y, side * (half - 0.1) + 0.08, y + 0.06], TRIM);
                }
            }
            for stripe in 0..8 {
                let x = -half + f64::from(stripe) * width / 8.0;
                let colour = if stripe % 2 == 0 { [196, 30, 30] } else { [228, 228, 224] };
                face.fill([x, 1.06, x + width / 8.0, 1.12], colour); // Reflecting tape (GB 23254).
            }
            face.shade([-half, 0.86, half, 1.05], TRIM, [30, 30, 32]);
            face.fill([-half * 0.9, 0.42, half * 0.9, 0.54], [206, 206, 200]); // Underrun guard.
            face.fill([-half * 0.55, 0.54, -half * 0.5, 0.86], TRIM);
            face.fill([half * 0.5, 0.54, half * 0.55, 0.86], TRIM);
            lamps(&mut face, half, 0.94);
            hang(&mut face, &vehicle.rear, 0.75);
        }
        Body::Coach => {
            let (light, dark) = (scaled(vehicle.paint, 1.05), scaled(vehicle.paint, 0.75));
            face.shade([-half, 0.38, half, height - 0.03], light, dark);
            face.shade([-half + 0.15, height * 0.62, half - 0.15, height * 0.88], GLASS, GLASS_LOW);
            for slat in 0..5 {
                let y = 1.15 + f64::from(slat) * 0.1;
                face.fill([-half * 0.7, y, half * 0.7, y + 0.04], scaled(vehicle.paint, 0.4));
            }
            lamps(&mut face, half, 1.0);
            hang(&mut face, &vehicle.rear, 0.75);
        }
        Body::Van | Body::Car => {
            let (light, dark) = (scaled(vehicle.paint, 1.05), scaled(vehicle.paint, 0.78));
            face.shade([-half, 0.26, half, height * 0.66], light, dark);
            face.shade([-half, height * 0.62, half, height - 0.04], light, light);
            face.shade([-half * 0.8, height * 0.66, half * 0.8, height - 0.14], GLASS, GLASS_LOW);
            face.fill([-half, 0.26, half, 0.42], TRIM);
            lamps(&mut face, half, height * 0.56);
            hang(&mut face, &vehicle.rear, 0.62);
        }
    }
    face
}

fn lamps(face: &mut Sprite, half: f64, y: f64) {
    for side in [-1.0, 1.0] {
        face.fill([side * (half - 0.22) - 0.16, y - 0.07, side * (half - 0.22) + 0.16, y + 0.07], RED);
        face.fill([side * (half - 0.30) - 0.05, y - 0.05, side * (half - 0.30) + 0.05, y + 0.05], AMBER);
    }
}

fn side(vehicle: &Vehicle, height: f64) -> Sprite {
    let length = vehicle.body.length_m();
    let mut face = Sprite::new(length, height, SIDE_PER_M);
    let (front, rear) = (-length / 2.0, length / 2.0);
    let paint = scaled(vehicle.paint, 0.85);
    let wheels: &[f64] = match vehicle.body {
        Body::Tractor => {
            face.shade([front + 2.9, 1.05, rear, height - 0.02], [182, 184, 184], [140, 142, 142]);
            face.fill([front + 0.3, 0.6, rear - 0.1, 1.05], TRIM);
            face.shade([front, 0.4, front + 2.3, height - 0.1], paint, scaled(paint, 0.75));
            face.shade([front + 0.2, 1.9, front + 1.3, 2.8], GLASS, GLASS_LOW);
            &[1.3, 3.6, 10.2, 11.5, 12.8]
        }
        Body::Lorry => {
            face.shade([front + 2.1, 1.0, rear, height - 0.02], [200, 198, 190], [156, 154, 148]);
            face.fill([front + 0.3, 0.55, rear - 0.1, 1.0], TRIM);
            face.shade([front, 0.4, front + 1.9, height - 0.7], paint, scaled(paint, 0.75));
            face.shade([front + 0.2, 1.5, front + 1.2, 2.3], GLASS, GLASS_LOW);
            &[1.1, 6.3]
        }
        Body::Coach => {
            face.shade([front, 0.38, rear, height - 0.03], paint, scaled(paint, 0.75));
            face.shade([front + 0.1, 1.6, rear - 0.5, 2.6], GLASS, GLASS_LOW);
            &[2.2, 7.4]
        }
        Body::Van | Body::Car => {
            face.shade([front, 0.28, rear, height * 0.62], paint, scaled(paint, 0.75));
            face.shade([front, height * 0.6, rear, height - 0.04], paint, paint);
            face.shade([front + 0.4, height * 0.62, rear - 0.3, height - 0.12], GLASS, GLASS_LOW);
            &[0.9, 3.7]
        }
    };
    let radius = if large(vehicle.body) { 0.5 } else { 0.33 };
    for from_front in wheels {
        face.disc((front + from_front, radius), radius, RUBBER);
        face.disc((front + from_front, radius), radius * 0.5, [120, 122, 124]);
    }
    face
}
