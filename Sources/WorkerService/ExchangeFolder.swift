import Foundation

/// The private folder of this worker's exchange sockets: short, because socket paths are limited
/// to 107 bytes, and readable by its owner alone.
enum ExchangeFolder {
    static func make() throws -> String {
        let root = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? "/tmp"
        var template = Array("\(root)/mlctl-x-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else {
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: root])
        }
        return made
    }
}
