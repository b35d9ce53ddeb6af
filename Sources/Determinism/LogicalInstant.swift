/// A moment of logical time: nanoseconds since an origin that the shell chose.
///
/// Cores are told the time; they never read a clock.
package struct LogicalInstant: Sendable, Hashable, Comparable {
    /// Nanoseconds since the origin; may be negative.
    package var nanoseconds: Int64

    /// The moment this many nanoseconds after the origin.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The origin.
    package static var zero: LogicalInstant { LogicalInstant(nanoseconds: 0) }

    /// Earlier moments come first.
    package static func < (left: LogicalInstant, right: LogicalInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment a duration later, fractions of a nanosecond cut towards zero.
    ///
    /// Saturates at the ends of the range, so that an absurdly long timer means never.
    package static func + (instant: LogicalInstant, duration: Duration) -> LogicalInstant {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        let total = instant.nanoseconds.addingReportingOverflow(sum.partialValue)
        if whole.overflow || sum.overflow || total.overflow {
            return LogicalInstant(nanoseconds: duration < .zero ? .min : .max)
        }
        return LogicalInstant(nanoseconds: total.partialValue)
    }

    /// The moment a duration earlier; saturates like addition.
    package static func - (instant: LogicalInstant, duration: Duration) -> LogicalInstant {
        instant + (.zero - duration)
    }

    /// Moves the moment a duration later; saturates.
    package static func += (instant: inout LogicalInstant, duration: Duration) {
        instant = instant + duration
    }

    /// The exact time from the right moment to the left one, negative when the left is earlier.
    package static func - (left: LogicalInstant, right: LogicalInstant) -> Duration {
        .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
    }
}
