import Foundation

/// The wall clock of this host.
enum WallTime {
    /// Milliseconds since 1970.
    static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
