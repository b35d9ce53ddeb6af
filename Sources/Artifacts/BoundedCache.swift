private import Synchronization

/// Keeps a store within a byte bound by evicting what was used least recently.
///
/// Room is reserved before an object arrives; pinned and arriving objects are never evicted. The
/// cache must be the only one that adds to its store. Every method may be called from any thread.
package final class BoundedCache: Sendable {
    private struct Entry {
        var size: Int
        var lastUse: UInt64
        var pins = 0
        var isArriving = false
    }

    private struct State {
        var entries: [SHA256Digest: Entry] = [:]
        var uses: UInt64 = 0
        var heldBytes = 0
    }

    /// The objects themselves.
    package let store: ArtifactStore
    /// Bytes that all objects together may take.
    package let byteBound: Int
    private let state: Mutex<State>

    /// Takes over what the store holds, in the order of last use.
    package init(store: ArtifactStore, byteBound: Int) throws(ArtifactError) {
        self.store = store
        self.byteBound = byteBound
        var state = State()
        for object in try store.list().sorted(by: { $0.lastUsed < $1.lastUsed }) {
            state.uses += 1
            state.entries[object.digest] = Entry(size: object.size, lastUse: state.uses)
            state.heldBytes += object.size
        }
        self.state = Mutex(state)
    }

    /// Bytes of all objects held and arriving.
    package var heldBytes: Int { state.withLock { $0.heldBytes } }

    /// True when the object is here whole.
    package func contains(_ digest: SHA256Digest) -> Bool {
        state.withLock { $0.entries[digest].map { !$0.isArriving } ?? false }
    }

    /// Makes room for an object that will arrive, evicting others; returns what was evicted.
    ///
    /// Does nothing when the object is here or arriving already.
    /// - Throws: `ArtifactError`: `tooLarge` when the object alone exceeds the bound, `cacheFull`
    ///   when what is pinned and arriving leaves too little.
    @discardableResult
    package func reserve(
        _ digest: SHA256Digest,
        bytes: Int,
    ) throws(ArtifactError) -> [SHA256Digest] {
        guard bytes >= 0, bytes <= byteBound else {
            throw ArtifactError(
                .tooLarge,
                "cache an object in",
                store.root,
                reason: "it has \(bytes) bytes, the whole cache may have \(byteBound)",
                cure: "raise the cache bound of this worker or use a smaller data set",
            )
        }
        return try state.withLock { (state) throws(ArtifactError) in
            guard state.entries[digest] == nil else { return [] }
            let evicted = try evict(until: byteBound - bytes, &state)
            state.uses += 1
            state.entries[digest] = Entry(size: bytes, lastUse: state.uses, isArriving: true)
            state.heldBytes += bytes
            return evicted
        }
    }

    /// Tells that a reserved object has arrived in the store.
    package func arrived(_ digest: SHA256Digest) {
        state.withLock { state in
            state.entries[digest]?.isArriving = false
        }
    }

    /// Gives up the reservation of an object that does not arrive after all.
    package func release(_ digest: SHA256Digest) {
        state.withLock { state in
            guard let entry = state.entries[digest], entry.isArriving else { return }
            state.entries[digest] = nil
            state.heldBytes -= entry.size
        }
    }

    /// Maps an object and marks it as used; nil when it is not here.
    package func map(_ digest: SHA256Digest) throws(ArtifactError) -> MappedFile? {
        try state.withLock { (state) throws(ArtifactError) -> MappedFile? in
            guard let entry = state.entries[digest], !entry.isArriving else { return nil }
            let file = try store.map(digest)
            state.uses += 1
            state.entries[digest]?.lastUse = state.uses
            // Only the order after a restart depends on this.
            try? store.touch(digest)
            return file
        }
    }

    /// Keeps an object from being evicted until `unpin`; false when it is not here or arriving.
    package func pin(_ digest: SHA256Digest) -> Bool {
        state.withLock { state in
            guard state.entries[digest] != nil else { return false }
            state.uses += 1
            state.entries[digest]?.pins += 1
            state.entries[digest]?.lastUse = state.uses
            return true
        }
    }

    /// Takes back one `pin`.
    package func unpin(_ digest: SHA256Digest) {
        state.withLock { state in
            guard let pins = state.entries[digest]?.pins, pins > 0 else { return }
            state.entries[digest]?.pins = pins - 1
        }
    }

    /// Evicts until at most the bound is held, for instance after it was lowered.
    @discardableResult
    package func trim() throws(ArtifactError) -> [SHA256Digest] {
        try state.withLock { (state) throws(ArtifactError) in
            try evict(until: byteBound, &state)
        }
    }

    /// Nothing is evicted unless that makes enough room.
    private func evict(
        until allowed: Int,
        _ state: inout State,
    ) throws(ArtifactError) -> [SHA256Digest] {
        guard state.heldBytes > allowed else { return [] }
        let candidates = state.entries
            .filter { $0.value.pins == 0 && !$0.value.isArriving }
            .sorted { $0.value.lastUse < $1.value.lastUse }
        let evictable = candidates.reduce(0) { $0 + $1.value.size }
        guard state.heldBytes - evictable <= allowed else {
            let held = state.heldBytes - evictable
            throw ArtifactError(
                .cacheFull,
                "make room in",
                store.root,
                reason: "\(held) of \(byteBound) bytes are in use by running work",
                cure: "wait for running jobs or raise the cache bound of this worker",
            )
        }
        var evicted: [SHA256Digest] = []
        for candidate in candidates {
            if state.heldBytes <= allowed {
                break
            }
            try store.delete(candidate.key)
            state.entries[candidate.key] = nil
            state.heldBytes -= candidate.value.size
            evicted.append(candidate.key)
        }
        return evicted
    }
}
