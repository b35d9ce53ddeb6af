import CSupervision

/// The clock of leases: it goes on while the host sleeps, and no step of the wall clock moves it.
package enum BootClock {
    /// Nanoseconds since the host booted.
    package static var nanoseconds: Int64 { supervision_boot_clock() }
}
