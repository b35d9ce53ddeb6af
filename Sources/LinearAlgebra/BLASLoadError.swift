/// OpenBLAS is not on this machine, or is not one that we can use.
package struct BLASLoadError: Error, CustomStringConvertible {
    /// The loader's own words.
    package let problem: String

    /// What is missing and what to do.
    package var description: String {
        "OpenBLAS cannot be loaded: \(problem); "
            + "install it (Debian and Ubuntu: apt-get install libopenblas0)"
    }
}
