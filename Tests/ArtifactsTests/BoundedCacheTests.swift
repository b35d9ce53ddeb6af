import Artifacts
import Foundation
import Testing

struct BoundedCacheTests {
    private let folder: ScratchFolder
    private let store: ArtifactStore

    init() throws {
        folder = try ScratchFolder()
        store = try ArtifactStore(at: folder.path)
    }

    /// Brings an object of 100 bytes into the cache and returns what was evicted.
    private func add(_ seed: Int, to cache: BoundedCache) throws -> [SHA256Digest] {
        let bytes = sampleBytes(100, seed: seed)
        let evicted = try cache.reserve(SHA256Hasher.digest(of: bytes), bytes: bytes.count)
        cache.arrived(try store.put(bytes))
        return evicted
    }

    private func digest(_ seed: Int) -> SHA256Digest {
        SHA256Hasher.digest(of: sampleBytes(100, seed: seed))
    }

    @Test func evictsWhatWasUsedLeastRecently() throws {
        let cache = try BoundedCache(store: store, byteBound: 350)
        for seed in 1...3 {
            #expect(try add(seed, to: cache).isEmpty)
        }
        #expect(try cache.map(digest(1)) != nil)
        #expect(try add(4, to: cache) == [digest(2)])
        #expect(try add(5, to: cache) == [digest(3)])
        #expect(cache.contains(digest(1)))
        #expect(try cache.map(digest(2)) == nil)
        #expect(try !store.contains(digest(2)))
        #expect(cache.heldBytes == 300)
        #expect(try store.totalBytes() == 300)
    }

    @Test func neverEvictsWhatIsPinnedOrArriving() throws {
        let cache = try BoundedCache(store: store, byteBound: 250)
        _ = try add(1, to: cache)
        #expect(cache.pin(digest(1)))
        try cache.reserve(digest(2), bytes: 100)
        #expect(!cache.contains(digest(2)))
        #expect(try cache.map(digest(2)) == nil)
        let failure = #expect(throws: ArtifactError.self) { _ = try add(3, to: cache) }
        #expect(failure?.kind == .cacheFull)
        #expect(failure?.reason.contains("200 of 250") == true)
        #expect(cache.contains(digest(1)))
        cache.release(digest(2))
        #expect(try add(3, to: cache).isEmpty)
        cache.unpin(digest(1))
        #expect(try add(4, to: cache) == [digest(1)])
        #expect(!cache.pin(digest(1)))
    }

    @Test func refusesAnObjectLargerThanTheWholeCache() throws {
        let cache = try BoundedCache(store: store, byteBound: 250)
        _ = try add(1, to: cache)
        let failure = #expect(throws: ArtifactError.self) {
            try cache.reserve(digest(2), bytes: 251)
        }
        #expect(failure?.kind == .tooLarge)
        #expect(failure?.cure.contains("cache bound") == true)
        #expect(cache.contains(digest(1)))
    }

    @Test func takesOverTheStoreInTheOrderOfLastUse() throws {
        for seed in 1...3 {
            let digest = try store.put(sampleBytes(100, seed: seed))
            // The first is the newest.
            let date = Date(timeIntervalSince1970: Double(2_000_000 - seed * 1_000))
            try FileManager.default.setAttributes(
                [.modificationDate: date],
                ofItemAtPath: store.path(of: digest),
            )
        }
        let cache = try BoundedCache(store: store, byteBound: 250)
        #expect(cache.heldBytes == 300)
        #expect(try cache.trim() == [digest(3)])
        #expect(try cache.map(digest(2)) != nil)
        let reopened = try BoundedCache(store: store, byteBound: 250)
        #expect(try add(9, to: reopened) == [digest(1)])
    }

    @Test func reservingTwiceCountsOnce() throws {
        let cache = try BoundedCache(store: store, byteBound: 250)
        try cache.reserve(digest(1), bytes: 100)
        try cache.reserve(digest(1), bytes: 100)
        #expect(cache.heldBytes == 100)
        cache.release(digest(1))
        cache.release(digest(1))
        #expect(cache.heldBytes == 0)
    }
}
