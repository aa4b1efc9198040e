import Lab
import Testing

@Suite("Figures")
struct FigureTests {
    @Test("A figure's line names value, bound and verdict")
    func line() {
        #expect(Figure("a.b", 0.25, .atMost, 1.0 / 3).line == "figure a.b 0.250 <=0.333 ok")
        #expect(Figure("a.b", 2, .atLeast, 3).line == "figure a.b 2 >=3 short")
        #expect(Figure("a.b", 0, .atMost, 0).isMet)
    }

    @Test("The median is the middle one, or the mean of the two in the middle")
    func middle() {
        #expect(median([]) == nil)
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 2, 3]) == 2.5)
    }
}
