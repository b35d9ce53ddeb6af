/// Why bytes from outside were not accepted; each case names the message, most name the field.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More bytes than the message may have; nothing was decoded.
    case tooLarge(message: String, byteCount: Int, limit: Int)
    /// The bytes are no protobuf of the message, or not a frame of the layout.
    case malformed(message: String)
    /// Written by a newer program in a format this one does not know.
    case unknownVersion(message: String, found: UInt32, newestKnown: UInt32)
    /// A part that must be there is not.
    case missing(message: String, field: String)
    /// A value breaks its rule; `problem` says which.
    case invalid(message: String, field: String, problem: String)

    /// One sentence: what, where, why.
    package var description: String {
        switch self {
        case .tooLarge(let message, let byteCount, let limit):
            "\(message) of \(byteCount) bytes is over the limit of \(limit)"
        case .malformed(let message):
            "the bytes are not a \(message)"
        case .unknownVersion(let message, let found, let newestKnown):
            "\(message) has format version \(found), newer than \(newestKnown), the newest this "
                + "program knows: upgrade it"
        case .missing(let message, let field):
            "\(message).\(field) is missing"
        case .invalid(let message, let field, let problem):
            "\(message).\(field) \(problem)"
        }
    }
}
