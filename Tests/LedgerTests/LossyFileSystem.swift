import Foundation
import GRDBSQLite
import Synchronization

/// A file system below SQLite that remembers what a power cut would leave: for every file in a
/// watched folder the content at its last sync, and nothing written after it.
///
/// Stands in front of SQLite's own for the whole test process and touches only watched folders.
final class LossyFileSystem: Sendable {
    static let shared = LossyFileSystem()

    private struct State {
        /// Watched folder to the folder that receives what was synced.
        var watched: [String: String] = [:]
        /// Open files by address.
        var paths: [UInt: String] = [:]
        var syncs: [String: Int] = [:]
        var isFailing: Set<String> = []
    }

    private let state = Mutex(State())
    /// SQLite's own file system and its methods, kept for the process's life. The first
    /// is written once before any thread opens a file, the second under `methodsLock`.
    nonisolated(unsafe) private static var original: UnsafeMutablePointer<sqlite3_vfs>?
    nonisolated(unsafe) private static var replaced: [UInt: UnsafePointer<sqlite3_io_methods>] = [:]
    private static let methodsLock = NSLock()
    /// SQLITE_IOERR_FSYNC, whose macro is not imported.
    private static let syncFailure = SQLITE_IOERR | (4 << 8)

    private init() {
        guard let own = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no VFS") }
        LossyFileSystem.original = own
        let shim = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        shim.initialize(to: own.pointee)
        shim.pointee.pNext = nil
        shim.pointee.zName = UnsafePointer(strdup("lossy"))
        shim.pointee.xOpen = { _, name, file, flags, outFlags in
            LossyFileSystem.open(name, file, flags, outFlags)
        }
        let code = sqlite3_vfs_register(shim, 1)
        precondition(code == SQLITE_OK)
    }

    /// Copies every synced state of the files in `folder` into `survivor`.
    func watch(_ folder: String, survivor: String) {
        state.withLock { $0.watched[folder] = survivor }
    }

    /// How often a file was synced.
    func syncCount(_ path: String) -> Int { state.withLock { $0.syncs[path] ?? 0 } }

    /// Lets every sync of a file fail, or work again.
    func setFailing(_ path: String, _ fails: Bool) {
        state.withLock { state in
            if fails { state.isFailing.insert(path) } else { state.isFailing.remove(path) }
        }
    }

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt,
        _ outFlags: UnsafeMutablePointer<CInt>?
    ) -> CInt {
        guard let own = original, let file else { return SQLITE_CANTOPEN }
        let code = own.pointee.xOpen(own, name, file, flags, outFlags)
        guard code == SQLITE_OK, let name, let methods = file.pointee.pMethods else { return code }
        let path = String(cString: name)
        let isWatched = shared.state.withLock { state in
            guard state.watched.keys.contains(where: { path.hasPrefix($0 + "/") }) else {
                return false
            }
            state.paths[UInt(bitPattern: file)] = path
            return true
        }
        if isWatched { file.pointee.pMethods = watching(methods) }
        return code
    }

    /// The same methods with our sync and close; made once for each set.
    private static func watching(
        _ methods: UnsafePointer<sqlite3_io_methods>
    ) -> UnsafePointer<sqlite3_io_methods> {
        methodsLock.withLock {
            for (copy, source) in replaced where source == methods {
                if let known = UnsafePointer<sqlite3_io_methods>(bitPattern: copy) { return known }
            }
            let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            copy.initialize(to: methods.pointee)
            copy.pointee.xSync = { file, flags in LossyFileSystem.sync(file, flags) }
            copy.pointee.xClose = { file in LossyFileSystem.close(file) }
            replaced[UInt(bitPattern: copy)] = methods
            return UnsafePointer(copy)
        }
    }

    private static func source(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> UnsafePointer<sqlite3_io_methods>? {
        guard let copy = file?.pointee.pMethods else { return nil }
        return methodsLock.withLock { replaced[UInt(bitPattern: copy)] }
    }

    private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt) -> CInt {
        guard let file, let methods = source(file) else { return syncFailure }
        let path = shared.state.withLock { $0.paths[UInt(bitPattern: file)] }
        guard let path else { return syncFailure }
        if shared.state.withLock({ $0.isFailing.contains(path) }) {
            return syncFailure
        }
        let code = methods.pointee.xSync(file, flags)
        guard code == SQLITE_OK else { return code }
        return shared.keep(path) ? code : syncFailure
    }

    private static func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> CInt {
        guard let file, let methods = source(file) else { return SQLITE_IOERR }
        shared.state.withLock { $0.paths[UInt(bitPattern: file)] = nil }
        return methods.pointee.xClose(file)
    }

    /// Copies a file as it stands, by a descriptor of `cat`'s: closing one of ours would drop the
    /// locks SQLite holds on the file.
    private func keep(_ path: String) -> Bool {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let survivor = state.withLock { state in
            state.syncs[path, default: 0] += 1
            return state.watched[folder]
        }
        guard let survivor else { return true }
        let copy = Process()
        copy.executableURL = URL(fileURLWithPath: "/bin/cp")
        copy.arguments = [path, survivor + "/" + url.lastPathComponent]
        do { try copy.run() } catch { return false }
        copy.waitUntilExit()
        return copy.terminationStatus == 0
    }
}
