/// The version of this program.
package enum ProductVersion {
    /// Such as `0.1.0`.
    package static let text = "0.1.0"
}
