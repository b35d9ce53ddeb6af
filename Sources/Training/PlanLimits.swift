/// Range checks of whole numbers that come from outside.
enum PlanLimits {
    /// Refuses a value outside minimum...maximum.
    static func check(
        _ name: String,
        _ value: Int,
        _ minimum: Int,
        _ maximum: Int
    ) throws(TrainingRefusal) {
        guard value >= minimum, value <= maximum else {
            throw .valueOutOfRange(name: name, value: value, minimum: minimum, maximum: maximum)
        }
    }
}
