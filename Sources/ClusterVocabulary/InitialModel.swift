/// The saved model a training job begins from in place of values drawn from its seed.
package struct InitialModel: Hashable, Sendable {
    /// Its name and version, `digits@3`; as written while ``digest`` is empty.
    package var name: String
    /// SHA-256 of its weights, 64 hexadecimal digits; empty until the scheduler looked it up.
    package var digest: String
    /// The length of its weights in bytes; 0 until then.
    package var byteCount: Int64

    /// Names a model.
    package init(name: String, digest: String = "", byteCount: Int64 = 0) {
        self.name = name
        self.digest = digest
        self.byteCount = byteCount
    }
}
