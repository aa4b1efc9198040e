import Balloon
import Testing

@Suite struct FeatureTests {
    @Test("the feature bits are those of the specification, and no rival's")
    func bits() {
        #expect(BalloonFeatures.named.map(\.feature.rawValue) == (0..<6).map { 1 << $0 })
        #expect(Set(BalloonFeatures.named.map(\.name)).count == 6)
    }
}
