/// The version of this product: what every program and every message of it states.
package enum ProductVersion {
    /// Such as `0.1.0`.
    package static let text = "0.1.0"
}
