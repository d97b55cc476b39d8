//! What a camera can tell of a vehicle besides its plate.

/// Size class by appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VehicleClass {
    /// Cars, vans.
    Small,
    /// Lorries, coaches, tractors with or without a trailer.
    Large,
}
