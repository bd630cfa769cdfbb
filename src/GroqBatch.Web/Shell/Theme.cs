using MudBlazor;

namespace GroqBatch.Web.Shell;

/// <summary>
/// What MudBlazor draws: palette, typography, radius, density. The values are those of <c>wwwroot-assets/css/tokens.css</c>, which also holds what
/// MudBlazor has no name for (the colours of meaning). Both themes are designed; contrasts are WCAG AA.
/// </summary>
public static class Theme
{
    private static readonly string[] Sans =
    [
        "Segoe UI Variable Text",
        "Segoe UI",
        "-apple-system",
        "BlinkMacSystemFont",
        "Inter",
        "Roboto",
        "Noto Sans",
        "Liberation Sans",
        "system-ui",
        "sans-serif",
    ];

    /// <summary>The one theme.</summary>
    public static MudTheme Instance { get; } =
        new()
        {
            PaletteLight = new PaletteLight
            {
                Background = "#f6f7f9",
                BackgroundGray = "#f1f3f6",
                Surface = "#ffffff",
                AppbarBackground = "#f6f7f9",
                AppbarText = "#14171d",
                DrawerBackground = "#f6f7f9",
                DrawerText = "#4a525f",
                DrawerIcon = "#4a525f",
                TextPrimary = "#14171d",
                TextSecondary = "#4a525f",
                TextDisabled = "#626a77",
                ActionDefault = "#4a525f",
                ActionDisabled = "#858d9a",
                ActionDisabledBackground = "#f1f3f6",
                Divider = "#e2e6eb",
                DividerLight = "#e2e6eb",
                LinesDefault = "#e2e6eb",
                LinesInputs = "#858d9a",
                TableLines = "#e2e6eb",
                TableHover = "#f3f5f8",
                TableStriped = "#ffffff",
                Skeleton = "#e2e6eb",
                Primary = "#4338ca",
                PrimaryContrastText = "#ffffff",
                Secondary = "#4a525f",
                SecondaryContrastText = "#ffffff",
                Success = "#0b6259",
                SuccessContrastText = "#ffffff",
                Error = "#a63409",
                ErrorContrastText = "#ffffff",
                Warning = "#7a5a00",
                WarningContrastText = "#ffffff",
                Info = "#14639f",
                InfoContrastText = "#ffffff",
                OverlayDark = "#14171d73",
                HoverOpacity = 0.04,
                RippleOpacity = 0,
            },
            PaletteDark = new PaletteDark
            {
                Background = "#0d0f13",
                BackgroundGray = "#0f1217",
                Surface = "#14171d",
                AppbarBackground = "#0d0f13",
                AppbarText = "#e8ebf0",
                DrawerBackground = "#0d0f13",
                DrawerText = "#b3bac6",
                DrawerIcon = "#b3bac6",
                TextPrimary = "#e8ebf0",
                TextSecondary = "#b3bac6",
                TextDisabled = "#939cab",
                ActionDefault = "#b3bac6",
                ActionDisabled = "#6f7887",
                ActionDisabledBackground = "#0f1217",
                Divider = "#262b35",
                DividerLight = "#262b35",
                LinesDefault = "#262b35",
                LinesInputs = "#6f7887",
                TableLines = "#262b35",
                TableHover = "#1a1e26",
                TableStriped = "#14171d",
                Skeleton = "#262b35",
                Primary = "#a5b4fc",
                PrimaryContrastText = "#10142b",
                Secondary = "#b3bac6",
                SecondaryContrastText = "#10142b",
                Success = "#4cc4ac",
                SuccessContrastText = "#06231d",
                Error = "#f79473",
                ErrorContrastText = "#2b1a16",
                Warning = "#e3b73f",
                WarningContrastText = "#251f10",
                Info = "#74bcf4",
                InfoContrastText = "#0d0f13",
                OverlayDark = "#050709a6",
                HoverOpacity = 0.06,
                RippleOpacity = 0,
            },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = Sans,
                    FontSize = "14px",
                    LineHeight = "20px",
                    FontWeight = "400",
                    LetterSpacing = "normal",
                    TextTransform = "none",
                },
                // The large figure.
                H4 = new H4Typography
                {
                    FontFamily = Sans,
                    FontSize = "36px",
                    LineHeight = "40px",
                    FontWeight = "600",
                    LetterSpacing = "-.025em",
                },
                // Titles of pages, panels and dialogs.
                H6 = new H6Typography
                {
                    FontFamily = Sans,
                    FontSize = "18px",
                    LineHeight = "24px",
                    FontWeight = "600",
                    LetterSpacing = "-.01em",
                },
                Subtitle2 = new Subtitle2Typography
                {
                    FontFamily = Sans,
                    FontSize = "14px",
                    LineHeight = "20px",
                    FontWeight = "600",
                    LetterSpacing = "normal",
                },
                Body1 = new Body1Typography
                {
                    FontFamily = Sans,
                    FontSize = "14px",
                    LineHeight = "20px",
                    FontWeight = "400",
                    LetterSpacing = "normal",
                },
                Body2 = new Body2Typography
                {
                    FontFamily = Sans,
                    FontSize = "14px",
                    LineHeight = "20px",
                    FontWeight = "400",
                    LetterSpacing = "normal",
                },
                Button = new ButtonTypography
                {
                    FontFamily = Sans,
                    FontSize = "14px",
                    LineHeight = "20px",
                    FontWeight = "500",
                    LetterSpacing = "normal",
                    TextTransform = "none",
                },
                Caption = new CaptionTypography
                {
                    FontFamily = Sans,
                    FontSize = "12px",
                    LineHeight = "16px",
                    FontWeight = "400",
                    LetterSpacing = "normal",
                },
            },
            LayoutProperties = new LayoutProperties
            {
                DefaultBorderRadius = "6px",
                AppbarHeight = "48px",
                DrawerWidthLeft = "168px",
                DrawerMiniWidthLeft = "56px",
            },
        };
}
